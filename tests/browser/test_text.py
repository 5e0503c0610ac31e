"""A weights file that somebody else made, in the browser: its text is text."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page
from safetensors.torch import save as pack

from deq.models.weights import SHIPPED, read_tensors

pytestmark = pytest.mark.browser
UPLOADER = ".st-key-bring input[type=file]"
BOX = '[data-testid="stAlert"]'
HOSTILE = (
    "![x](http://example.org/a.png)",
    "<img src='http://example.org/b.png'>",
    "[here](http://example.org) www.example.org",
    ":red[x] :material/error: :smile: $x^2$ **b** `c`",
)


def made(*, folder: Path, name: str, extra: tuple[str, ...] = ()) -> Path:
    """The shipped weights, with more tensors of these names, in a file of that name."""
    tensors, metadata = read_tensors(SHIPPED)
    more = {text: torch.zeros(1) for text in extra}
    path = folder / name
    path.write_bytes(pack({**tensors, **more}, metadata))
    return path


def test_names_in_a_brought_file_are_text(
    visit: Callable[..., Page], app: str, tmp_path: Path
) -> None:
    """The fixture fails if the page asks another machine for a picture."""
    page = visit(f"{app}/training")
    page.set_input_files(UPLOADER, made(folder=tmp_path, name="a.safetensors", extra=HOSTILE))
    box = page.locator(BOX).filter(has_text="do not fit")
    box.wait_for()
    said = box.inner_text().replace("\u2060", "")
    for text in HOSTILE:
        assert text in said
    assert box.locator("img, a, code, .katex").count() == 0
    assert box.locator("strong").all_inner_texts() == ["Weights (safetensors)"]  # ours

    page.set_input_files(
        UPLOADER, made(folder=tmp_path, name="![x](http:example.org) **b** :smile:.safetensors")
    )
    page.locator(".st-key-draw-brought button").click()
    notice = page.locator(".st-key-own-model")
    notice.wait_for()
    said = notice.inner_text().replace("\u2060", "")
    assert "from the file ![x](http:example.org) **b** :smile:.safetensors" in said
    assert notice.locator("img, a, strong").count() == 0
