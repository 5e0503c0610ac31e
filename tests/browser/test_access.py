"""For people who use a keyboard or a screen reader, who see few colours, or want less motion."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.browser import driver

pytestmark = pytest.mark.browser
PAGES = ("", "fixed_points", "steady_states", "doubling", "draw", "solvers", "inside", "training",
         "gradients", "tour")  # fmt: skip

# What Streamlit's own widgets violate: a rule of axe, and the elements that may violate it.
KNOWN = {
    # The label of a control that is switched off. WCAG asks no contrast of it, but its words are
    # not in the label's own text, so axe does not know whose they are.
    "color-contrast": '[data-testid="stWidgetLabel"][disabled] *',
}
VIOLATIONS = """async known => (await axe.run({ resultTypes: ['violations'] })).violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, html, any }) => ({
        id, html, why: any.map((check) => check.message).join(), element: target[0] })))
    .filter(({ id, element }) => !known[id] || typeof element !== 'string' ||
        !document.querySelector(element)?.matches(known[id]))"""

# Texts of figures, of which axe sees little: their colour, whether they are large by WCAG, and the
# page's colour. Letters in the page's colour stand on a marker: the palette's tests have those.
TEXTS = """() => {
    const page = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor;
    const found = {};
    for (const label of document.querySelectorAll('.js-plotly-plot text')) {
        const walk = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const { fill, fillOpacity, fontSize, fontWeight, visibility } =
                getComputedStyle(walk.currentNode.parentElement);
            const size = parseFloat(fontSize), text = walk.currentNode.textContent.trim();
            if (!text || size < 2 || visibility === 'hidden' || fill === page) continue;
            const large = size >= 24 || (size >= 18.66 && fontWeight >= 600);
            found[[fill, fillOpacity, large]] = { text, fill, fillOpacity, large, page };
        }
    }
    return Object.values(found);
}"""
# Nothing is on its way from pale to dark any more.
FADED = """document.getAnimations().every(
    (one) => !(one instanceof CSSTransition) || one.playState === 'finished')"""
HEADINGS = """[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
    .map((heading) => [Number(heading.tagName[1]), heading.textContent])"""


def luminance(colour):
    """WCAG's luminance of red, green and blue, each 0 to 255."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (value / 255 for value in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def faint(text):
    """Whether a text of a figure has too little contrast."""
    fill, behind = (list(map(float, re.findall(r"[\d.]+", text[k]))) for k in ("fill", "page"))
    share = float(text["fillOpacity"]) * (fill[3] if len(fill) > 3 else 1)
    seen = [share * a + (1 - share) * b for a, b in zip(fill, behind, strict=False)]
    low, high = sorted((luminance(seen[:3]), luminance(behind[:3])))
    return (high + 0.05) / (low + 0.05) < (3 if text["large"] else 4.5)


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(request, browser, app):
    """Every page in one theme: what axe finds in it, its figures' texts, its title and headings."""
    # All of a page is in view: axe does not look at what is scrolled away. And nothing fades.
    view = {"width": 1280, "height": 5000}
    context = browser.new_context(
        viewport=view, color_scheme=request.param, reduced_motion="reduce"
    )
    context.add_init_script(path=AXE_FILE_PATH)
    page, found = context.new_page(), {}
    for path in PAGES:
        driver.open_page(page, f"{app}/{path}")
        # Streamlit shows pale what a running script has not yet written again.
        page.wait_for_function("!document.querySelector('[data-stale=true]')")
        page.wait_for_function(FADED)
        found[path] = {
            "violations": page.evaluate(VIOLATIONS, KNOWN),
            "faint": [text for text in page.evaluate(TEXTS) if faint(text)],
            "title": page.title(),
            "headings": page.evaluate(HEADINGS),
        }
    context.close()
    return found


@pytest.mark.parametrize("what", ["violations", "faint"])
def test_axe_finds_nothing_serious_and_figures_can_be_read(seen, what):
    found = [(path, one) for path in PAGES for one in seen[path][what]]
    assert not found, "\n".join(map(str, found))


def test_each_page_has_a_title_of_its_own_one_h1_and_headings_without_gaps(seen):
    titles = {page["title"] for page in seen.values()}
    assert len(titles) == len(PAGES)
    assert all(title.endswith(" · Deep equilibrium models") for title in titles)
    for path, page in seen.items():
        levels = [level for level, _ in page["headings"]]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert len(levels) > 1, path
        assert all(b <= a + 1 for a, b in pairwise(levels)), path


STOP = """leader => document.querySelector(`.st-key-${leader} .js-plotly-plot`)
    .layout.sliders[0].active"""


def at(page, leader, stop):
    """Wait until the slider of the figure is at this stop."""
    page.wait_for_function(f"([leader, stop]) => ({STOP})(leader) === stop", arg=[leader, stop])


def focus(page, leader):
    """Put the focus on what keys play."""
    page.locator(f".st-key-{leader}[data-keys]").focus()
    name = page.locator(f".st-key-{leader}").get_attribute("aria-label")
    assert "right and left arrow" in name


@pytest.mark.parametrize(
    ("path", "leader"),
    [
        ("", "trajectory"),
        ("draw", "trajectory"),
        ("inside?see=kick", "kicked-chart"),
        ("solvers?problem=spiral", "race"),
        ("doubling", "train-loss"),
    ],
)
def test_keys_play_step_go_back_and_reach_both_ends(visit, app, path, leader):
    page = visit(f"{app}/{path}")
    focus(page, leader)
    first, last = page.evaluate(
        """leader => {
            const { layout } = document.querySelector(`.st-key-${leader} .js-plotly-plot`);
            return [layout.meta.first, layout.sliders[0].steps.length - 1];
        }""",
        leader,
    )
    for key, stop in (
        ("Home", first),
        ("ArrowRight", first + 1),
        ("ArrowRight", first + 2),
        ("ArrowLeft", first + 1),
        ("End", last),
        ("ArrowLeft", last - 1),
        ("Home", first),
    ):
        page.keyboard.press(key)
        at(page, leader, stop)
    page.keyboard.press(" ")
    page.wait_for_function(f"([leader, k]) => ({STOP})(leader) > k + 1", arg=[leader, first])
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    here = page.evaluate(STOP, leader)
    page.wait_for_timeout(400)
    assert page.evaluate(STOP, leader) == here


def test_a_key_still_counts_once_after_the_page_has_changed(visit, app):
    page = visit(f"{app}/draw")
    driver.example(page, "7")
    driver.reads(page, "7")
    page.wait_for_function("location.search.includes('example=7')")
    focus(page, "trajectory")
    page.keyboard.press("Home")
    at(page, "trajectory", 0)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    at(page, "trajectory", 1)


@pytest.mark.parametrize(("path", "leader"), [("draw", "trajectory"), ("fixed_points", "cobweb")])
def test_with_reduced_motion_play_moves_on_by_one_stop(visit, app, path, leader):
    page = visit(f"{app}/{path}", reduced_motion="reduce")
    focus(page, leader)  # by now the script is there
    first = page.evaluate(
        "leader => document.querySelector(`.st-key-${leader} .js-plotly-plot`).layout.meta.first",
        leader,
    )
    for stop in (first, first + 1, first + 2):  # from the end it begins again
        driver.press_player(page, leader, "Play")
        at(page, leader, stop)
        page.wait_for_timeout(400)
        assert page.evaluate(STOP, leader) == stop


def test_a_changed_verdict_is_announced(visit, app):
    for path, change in (("draw", "5"), ("solvers", "1")):
        page = visit(f"{app}/{path}")
        verdict = page.locator(".st-key-verdict[aria-live=polite]")
        before = verdict.inner_text()
        verdict.evaluate("(region) => { region.known = true; }")
        driver.example(page, change)
        page.wait_for_function(  # the same element has other words: what screen readers look for
            """before => {
                const region = document.querySelector('.st-key-verdict');
                return region.known && region.innerText !== before;
            }""",
            arg=before,
        )
