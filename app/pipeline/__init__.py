"""The way of a frame: grab thread, newest-wins slots, segmentation worker, statistics. Imports no Qt."""
