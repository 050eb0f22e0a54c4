"""Count what a walk asks of a user: clicks, and fields to fill in."""

from playwright.sync_api import Locator, Page


class CountedPage:
    """A page on which clicks and filled fields are counted, for tests that hold a bound on them.

    `clicks` counts links, buttons, checkboxes and radio buttons; `fields` counts texts typed and options chosen.
    A locator may be given instead of a CSS selector. `page` is the page itself, for looking without counting.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.fields = 0

    def click(self, target: str | Locator) -> None:
        """Click a link or button, and count it."""
        self.clicks += 1
        self._locate(target).click()

    def check(self, target: str | Locator) -> None:
        """Check a checkbox or radio button, and count it as a click."""
        self.clicks += 1
        self._locate(target).check()

    def fill(self, target: str | Locator, text: str) -> None:
        """Type a text into a field, and count the field."""
        self.fields += 1
        self._locate(target).fill(text)

    def choose(self, target: str | Locator, option: str | None = None, *, label: str | None = None) -> None:
        """Choose an option of a list by its value or `label`, and count the field."""
        self.fields += 1
        self._locate(target).select_option(option, label=label)

    def press(self, keys: str) -> None:
        """Press a key, such as "Control+K", and count it as a click."""
        self.clicks += 1
        self.page.keyboard.press(keys)

    def assert_at_most(self, *, clicks: int, fields: int | None = None) -> None:
        """Fail the test if more clicks, or more fields, were needed so far."""
        assert self.clicks <= clicks, f"{self.clicks} clicks instead of {clicks}"
        assert fields is None or self.fields <= fields, f"{self.fields} fields instead of {fields}"

    def _locate(self, target: str | Locator) -> Locator:
        return self.page.locator(target) if isinstance(target, str) else target
