"""From results to what people read: figures, the paper. Computes no estimate."""
