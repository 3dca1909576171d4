"""What the author of a paper takes home: tables, figures, numbers, methods, references."""
