"""Pages that many look at: made anew when something that they show has changed, and not for each visitor."""

from collections.abc import Callable
from threading import Lock


class KeptPages:
    """The page of each address, together with all that it was made of: asked with anything else, it is another page.

    What it is made of is asked of the database at every visit, so that no page can be older than that.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[object, tuple[object, bytes]] = {}
        self._lock = Lock()

    def page(self, address: object, shown: object, make: Callable[[], bytes]) -> bytes:
        """The page that shows `shown`; `make` makes it where it isn't there yet."""
        made_of, page = self._kept.get(address, (None, b""))
        if made_of != shown:
            page = make()
            self._keep(address, (shown, page))
        return page

    def _keep(self, address: object, made: tuple[object, bytes]) -> None:
        """Anybody can ask for endless addresses: of many the one that came first goes."""
        with self._lock:
            self._kept.pop(address, None)
            self._kept[address] = made
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
