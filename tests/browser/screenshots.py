"""Take the pictures of README again: ``python -m tests.browser.screenshots``."""

import shutil

from tests.browser import driver, servers

FOLDER = servers.ROOT / "assets" / "screenshots"
VIEWS = {
    "home": "",
    "fixed_points": "fixed_points",
    "steady_states": "steady_states",
    "draw": "draw?example=3",
    "solvers": "solvers?problem=spiral",
    "inside": "inside?see=kick",
    "doubling": "doubling",
    "gradients": "gradients",
    "training": "training",
}


def main() -> None:
    """Open each page in a window of 1440×900, and save what it shows."""
    with (
        driver.browser(shutil.which("chromium") or "chromium") as browser,
        servers.server() as address,
    ):
        for name, link in VIEWS.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            driver.open_page(page, f"{address}/{link}")
            page.wait_for_timeout(1_500)  # figures take the width of the page
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()


if __name__ == "__main__":
    main()
