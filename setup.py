"""What pyproject.toml cannot say: the files of assets/ that `deq` reads are installed inside it."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["deq", "deq.*"]), "deq.assets"],
    package_dir={"deq.assets": "assets"},
    package_data={
        "deq": ["py.typed"],
        "deq.assets": ["README.md", "digits.safetensors", "mnist_5k.npz"],
    },
)
