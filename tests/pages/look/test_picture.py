"""Pictures are part of the page, so that none is gone when a browser asks for it."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).resolve().parents[3] / "pages"


def test_a_picture_is_part_of_the_page():
    def script():
        import numpy as np

        from pages.parts.look.picture import picture

        picture(np.eye(28), 56, "A stroke", factor=2, caption="What it sees")

    app = AppTest.from_function(script).run()
    (shown,) = app.get("image")[0].proto.imgs
    kind, file = shown.url.split(",")
    assert kind == "data:image/png;base64"
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(file))))
    np.testing.assert_array_equal(pixels, np.eye(28).repeat(2, 0).repeat(2, 1) * 255)
    assert shown.caption == "What it sees"


def test_no_page_leaves_a_picture_on_the_server():
    files = [path.name for path in PAGES.rglob("*.py") if "st.image(" in path.read_text()]
    assert files == ["picture.py"]
