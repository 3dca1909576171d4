"""Do the intervals cover and the tests hold? The project's own simulation study."""
