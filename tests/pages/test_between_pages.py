"""Values belong to their page: no page meets what was set on another, and each finds its own."""

import pytest


def go(app, name):
    """Choose a page in the menu, which wipes the address."""
    app.query_params.clear()
    return app.switch_page(f"pages/{name}.py").run()


def labelled(app, label):
    (button,) = [b for b in app.button if b.label == label]
    return button


@pytest.mark.parametrize(
    ("page", "task", "other"),
    [
        ("steady_states", "The cosine as a flow", "gradients"),
        ("gradients", "A wide layer", "training"),
    ],
)
def test_a_task_of_one_page_does_not_crash_another(open_page, page, task, other):
    app = open_page(page)
    labelled(app, task).click().run()
    go(app, other)
    assert not app.error
    assert not app.exception


@pytest.mark.parametrize("text", ["inf", "1e309", "9" * 400, "nan", "", "ten"])
def test_a_seed_that_is_none_is_a_sentence(open_page, text):
    app = open_page("gradients", seed=text)
    assert not app.error
    assert not app.exception
    assert any("The link" in caption.value and "seed" in caption.value for caption in app.caption)
