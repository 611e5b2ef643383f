"""Sources: everything that yields frames. Imports no Qt."""

import os

# OpenCV reads these once, when it is loaded, so they are set before any module here imports it.
for _name, _value in {
    # What goes wrong is said in one sentence by SourceError; what OpenCV and FFmpeg print besides only confuses.
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    # Media Foundation looks for hardware converters for up to half a minute before it opens a camera.
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",
    # Seconds that a read waits for a V4L2 camera that gives nothing; 10 otherwise, and threads could not end.
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "3",
}.items():
    os.environ.setdefault(_name, _value)
