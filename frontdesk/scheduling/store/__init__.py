"""SQL of the catalog and of appointments. A function works within the caller's transaction, for one clinic."""

from frontdesk.scheduling.store.catalog import find_catalog, load_catalog

__all__ = ["find_catalog", "load_catalog"]
