"""The program: sources, the way of a frame, the window. Never imports TensorFlow at start."""

__version__ = "0.1.0"
