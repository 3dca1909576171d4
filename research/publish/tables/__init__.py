"""What the author of a paper takes home: tables, figures, numbers, methods, references."""

from research.publish.tables.folder import publish_tables

__all__ = ["publish_tables"]
