"""DICOM clips: real files that pydicom's package brings, and made ones with readable frame numbers."""

import base64
import io
import random
import shutil
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels import get_encoder
from pydicom.uid import UID, generate_uid

from app.capture import dicom_frames
from app.capture.dicom import DicomClip, timing
from app.capture.dicom_folder import DicomFolder, list_dicom
from app.capture.source import Pixels, Recording, SourceError, SourceKind
from app.capture.words import parse
from app.pipeline.grab import frame_after
from tests.media import SIZE, cut, encode_video, frame_at, needs, painted, painted_number, write_images, write_video

HTJ2K = (
    "/0//UQApQAAAAABAAAAAMAAAAAAAAAAAAAAAQAAAADAAAAAAAAAAAAABBwEB/1AACAACAAAAAv9SAAwAAgABAAUEBEAB/1wAEyBI"
    "UFBQUFBQUFBQUFBQSEhI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAbAAAf+TwCoAy8NA/gCHNADAFRAE0ATAkCgH"
    "4wBBlACiqABCNADoQQGBdADAFoQBXQBUgKJFiQYCALMBQP4WcCC2tgAgNMUpdwAE/AHAwb+WAAY7mvM8Ecm1AMAW3AFrQBaQAAAo"
    "hAGLFQgA8IMCAPwCnJOnTZOO0l5U+l0AQAAGsoGKzECQFwwCIAW4KuEIAghaAICABwQSBwDI+zkXtKg/5DhZAMAXTwBdbAFvAII6"
    "AEAFUEJD8KGsDFYjAv6b/Ap6enNZVOeWvy04IQlFE1j5ch93AUCNiALgQJwWywMAUGc4VygrhCuAEwOefwABh8QgOfMQ8x0L5Pfc"
    "PyKqmnNXASRQkp/xJgALYIr4en+AAAh0EIH3iHwQicYjrI3DAcAuwgF2kAtsYCkFAIAJCr29KFR61aB8OQgA+P66gdD/RSlKUpc/"
    "lYvYt+3Pxb8RYog/iiIHS+0BFqW5t7Wzsa+tq78TFyaeDmejyWAuIOX/a6fgAAQgLfYhAe/YhAeywhAb94hAb94hAb69AV4AwNQB"
    "ANT/a6vgAAIjdddCHX4R/DDDCA60Af/Z"
)
FRAMES = 12
VIDEO_FRAMES = 24
JUMPS = (5, 0, 11, 3, 4, 10, 9, 1)
SECRETS = ("Geheim", "PAT-4711", "19700102", "20240229")
EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
RLE, BASELINE, LOSSLESS = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_2000, JPEG_2000_LOSSY = (f"1.2.840.10008.1.2.4.{n}" for n in (80, 90, 91))
DEFLATED = "1.2.840.10008.1.2.1.99"
H264, MPEG2 = "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.100"


def header(syntax: str, frames: int, photometric: str = "RGB", size: tuple[int, int] = SIZE, **more: Any) -> Dataset:
    """A data set without pixels, with what must never be shown in it."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = UID(syntax)
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.3.1")
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.PatientName, data.PatientID, data.PatientBirthDate, data.StudyDate = SECRETS
    data.StudyInstanceUID, data.SeriesInstanceUID, data.SeriesNumber, data.InstanceNumber = "1.2", "1.2.3", 1, 1
    data.Modality, data.ContentTime = "US", "103159.5"
    data.Columns, data.Rows = size
    data.NumberOfFrames, data.PhotometricInterpretation = frames, photometric
    data.SamplesPerPixel = 1 if photometric in ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR") else 3
    if data.SamplesPerPixel == 3:
        data.PlanarConfiguration = 0
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation, data.FrameTime = 7, 0, 40.0
    for keyword, value in more.items():
        setattr(data, keyword, value)
    return data


def save(path: Path, data: Dataset, pixels: bytes) -> Path:
    data.PixelData = pixels
    syntax = data.file_meta.TransferSyntaxUID
    data["PixelData"].VR = "OB" if syntax.is_encapsulated else "OW"
    data["PixelData"].is_undefined_length = syntax.is_encapsulated
    data.save_as(path, enforce_file_format=True)
    return path


def rgb(number: int) -> Pixels:
    return np.ascontiguousarray(painted(number)[..., ::-1])


def jpeg_2000(number: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb(number)).save(stream, "JPEG2000", no_jp2=True, mct=1, irreversible=False)
    return stream.getvalue()


def jpeg(number: int) -> bytes:
    return cv2.imencode(".jpg", painted(number))[1].tobytes()


def jpeg_lossless(number: int) -> bytes:
    """JPEG lossless, process 14, first predictor, of a grey picture (ITU T.81, annex H); every code has four bits."""
    grey = cv2.cvtColor(painted(number), cv2.COLOR_BGR2GRAY).astype(int)
    left = np.roll(grey, 1, axis=1)
    left[1:, 0], left[0, 0] = grey[:-1, 0], 128
    bits = []
    for step in (grey - left).ravel().tolist():
        size = abs(step).bit_length()
        bits.append(f"{size:04b}" + (f"{step if step > 0 else step + (1 << size) - 1:0{size}b}" if size else ""))
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    packed = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")
    width, height = SIZE
    frame = b"\xff\xc3\x00\x0b\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    huffman = b"\xff\xc4\x00\x1c\x00" + bytes([0, 0, 0, 9] + [0] * 12) + bytes(range(9))
    return b"\xff\xd8" + frame + huffman + b"\xff\xda\x00\x08\x01\x01\x00\x01\x00\x00" + packed + b"\xff\xd9"


def by_pydicom(number: int, syntax: str) -> bytes:
    encoder = get_encoder(UID(syntax))
    if not encoder.is_available:
        pytest.skip("pydicom's encoder for this is not installed")
    options = {"rows": SIZE[1], "columns": SIZE[0], "samples_per_pixel": 3, "photometric_interpretation": "RGB"}
    options |= {"bits_allocated": 8, "bits_stored": 8, "pixel_representation": 0, "number_of_frames": 1}
    return encoder.encode(rgb(number), planar_configuration=0, **options)


def compressed(path: Path, syntax: str, encode: Callable[[int], bytes], photometric: str = "RGB") -> Path:
    return save(path, header(syntax, FRAMES, photometric), encapsulate([encode(number) for number in range(FRAMES)]))


def plain(path: Path, syntax: str = EXPLICIT, frames: int = FRAMES, **more: Any) -> Path:
    return save(path, header(syntax, frames, **more), b"".join(rgb(number).tobytes() for number in range(frames)))


def deflated(path: Path) -> Path:
    """The rest behind the file's own head is packed as zlib packs, without zlib's head."""
    data = plain(path).read_bytes()
    start = 144 + int.from_bytes(data[140:144], "little")
    meta = header(DEFLATED, FRAMES)
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(data[start:]) + packer.flush()
    meta.save_as(path, enforce_file_format=True)
    head = path.read_bytes()
    path.write_bytes(head[: 144 + int.from_bytes(head[140:144], "little")] + body)
    return path


def video(path: Path, stream: Path, syntax: str = H264, pieces: int = 3) -> Path:
    data = stream.read_bytes()
    length = (len(data) // pieces + 1) // 2 * 2
    parts = [data[at : at + length] for at in range(0, len(data), length)]
    item = b"".join(
        b"\xfe\xff\x00\xe0" + (len(p) + len(p) % 2).to_bytes(4, "little") + p + bytes(len(p) % 2) for p in parts
    )
    return save(path, header(syntax, VIDEO_FRAMES, "YBR_PARTIAL_420"), b"\xfe\xff\x00\xe0" + bytes(4) + item)


def numbers(clip: Recording) -> list[int]:
    found = []
    while (picture := clip.read()) is not None:
        found.append(painted_number(picture.pixels))
    return found


def check_every_frame_and_jump(path: Path, frames: int = FRAMES, jumps: tuple[int, ...] = JUMPS) -> None:
    clip = DicomClip(path)
    clip.open()
    assert clip.frame_count == frames
    assert numbers(clip) == list(range(frames))
    for frame in jumps:
        clip.seek(frame)
        assert [painted_number(picture.pixels) for picture in (clip.read(),) if picture] == [frame]
    clip.seek(jumps[0])
    assert numbers(clip) == list(range(jumps[0], frames))
    clip.close()


def real(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str), f"pydicom's package has no {name}"
    return Path(found)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_every_frame_of_an_uncompressed_clip(tmp_path: Path, syntax: str) -> None:
    check_every_frame_and_jump(plain(tmp_path / "IM000001", syntax))


@pytest.mark.parametrize(
    ("syntax", "encode", "photometric"),
    [
        (RLE, lambda number: by_pydicom(number, RLE), "RGB"),
        (BASELINE, jpeg, "YBR_FULL_422"),
        (JPEG_LS, lambda number: by_pydicom(number, JPEG_LS), "RGB"),
        (JPEG_2000, jpeg_2000, "YBR_RCT"),
        (JPEG_2000_LOSSY, jpeg_2000, "YBR_RCT"),
        (LOSSLESS, jpeg_lossless, "MONOCHROME2"),
    ],
)
def test_every_frame_of_a_compressed_clip(
    tmp_path: Path, syntax: str, encode: Callable[[int], bytes], photometric: str
) -> None:
    path = compressed(tmp_path / "clip", syntax, encode, photometric)
    check_every_frame_and_jump(path)
    clip = DicomClip(path)
    clip.open()
    clip.seek(7)
    picture = clip.read()
    assert picture is not None
    wanted = painted(7) if picture.pixels.ndim == 3 else cv2.cvtColor(painted(7), cv2.COLOR_BGR2GRAY)
    assert np.abs(picture.pixels.astype(int) - wanted).mean() < 2  # also the colours, in their order
    clip.close()


@needs("ffmpeg")
@pytest.mark.parametrize("name", ["stream.ts", "stream.mp4"])
def test_every_frame_of_an_h264_clip(tmp_path: Path, name: str) -> None:
    stream = encode_video(tmp_path / name, "-c:v", "libx264", "-pix_fmt", "yuv420p", frames=VIDEO_FRAMES)
    path = video(tmp_path / "clip", stream)
    check_every_frame_and_jump(path, VIDEO_FRAMES, (13, 3, 0, 23))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["clip", name]


def test_an_mpeg_4_clip_is_read_where_it_lies(tmp_path: Path) -> None:
    path = video(tmp_path / "clip", write_video(tmp_path / "clip.mp4", VIDEO_FRAMES))
    check_every_frame_and_jump(path, VIDEO_FRAMES, (13, 0, 23))


@needs("ffmpeg")
def test_every_frame_of_an_mpeg_2_clip(tmp_path: Path) -> None:
    stream = encode_video(tmp_path / "stream.mpg", "-c:v", "mpeg2video", "-bf", "2", frames=VIDEO_FRAMES)
    check_every_frame_and_jump(video(tmp_path / "clip", stream, MPEG2), VIDEO_FRAMES, (13, 3, 23))


def test_frames_in_several_pieces_are_put_together_by_either_offset_table(tmp_path: Path) -> None:
    frames = [jpeg(number) for number in range(FRAMES)]
    data = header(BASELINE, FRAMES, "YBR_FULL_422")
    check_every_frame_and_jump(save(tmp_path / "basic", data, encapsulate(frames, fragments_per_frame=3)))
    check_every_frame_and_jump(save(tmp_path / "none", data, encapsulate(frames, fragments_per_frame=3, has_bot=False)))
    pixels, data.ExtendedOffsetTable, data.ExtendedOffsetTableLengths = encapsulate_extended(frames)
    check_every_frame_and_jump(save(tmp_path / "extended", data, pixels))


def test_the_real_ultrasound_clip_is_a_recording_with_its_regions_in_millimetres() -> None:
    clip = DicomClip(real("examples_ybr_color.dcm"))
    assert isinstance(clip, Recording)
    assert (clip.loops, clip.paced, clip.retries, clip.kind) == (True, False, False, SourceKind.REPLAY)
    info = clip.open()
    assert (info.width, info.height, info.detail) == (320, 240, "JPEG Baseline (Process 1)")
    assert info.rate == pytest.approx(1000 / 33.333)
    assert clip.frame_count == 30
    assert (clip.regions[0].x, clip.regions[0].y, clip.regions[0].width, clip.regions[0].height) == (84, 31, 236, 209)
    assert clip.regions[0].mm_x == pytest.approx(0.5105, abs=1e-4)
    assert not clip.regions[0].fits  # the clip was made smaller for pydicom, and its header left as it was
    stamps = [picture.time_s for picture in iter(clip.read, None)]
    assert stamps == pytest.approx([number * 0.033333 for number in range(30)])
    clip.close()


@pytest.mark.parametrize(
    "name",
    [
        "ExplVR_BigEnd.dcm",
        "SC_rgb_small_odd_big_endian.dcm",
        "SC_rgb_jpeg_dcmd.dcm",
        "SC_rgb_rle.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_rgb_jpeg.dcm",
        "SC_rgb_dcmtk_+eb+cy+np.dcm",
        "SC_rgb_dcmtk_+eb+cr.dcm",
        "SC_rgb_gdcm_KY.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
        "SC_rgb_jls_lossy_line.dcm",
        "JPEGLSNearLossless_08.dcm",
        "examples_rgb_color.dcm",
        "examples_palette.dcm",
        "examples_jpeg2k.dcm",
    ],
)
def test_real_files_look_as_pydicom_says(name: str) -> None:
    if "jls" in name.lower():
        pytest.importorskip("jpeg_ls")
    clip = DicomClip(real(name))
    clip.open()
    picture = clip.read()
    assert picture is not None
    clip.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of them says the wrong transfer syntax
        data = pydicom.dcmread(real(name))
    wanted = data.pixel_array if int(data.get("NumberOfFrames") or 1) == 1 else data.pixel_array[0]
    if data.PhotometricInterpretation == "PALETTE COLOR":
        wanted = (pydicom.pixels.apply_color_lut(wanted, data) >> 8).astype(np.uint8)
    shown = picture.pixels[..., ::-1] if wanted.ndim == 3 else picture.pixels
    assert np.array_equal(shown, wanted)
    assert not picture.pixels.flags.writeable


def test_a_real_colour_file_in_lossless_jpeg_looks_like_its_uncompressed_twin() -> None:
    assert np.array_equal(first(real("SC_rgb_jpeg_gdcm.dcm")), first(real("SC_rgb_rle.dcm")))


def test_monochrome_1_is_dark_where_values_are_high_and_windows_count(tmp_path: Path) -> None:
    grey = np.tile(np.arange(256, dtype=np.uint8), (2, 1))
    save(tmp_path / "one", header(EXPLICIT, 1, "MONOCHROME1", (256, 2)), grey.tobytes())
    assert np.array_equal(first(tmp_path / "one"), 255 - grey)
    save(tmp_path / "two", header(EXPLICIT, 1, "MONOCHROME2", (256, 2)), grey.tobytes())
    assert np.array_equal(first(tmp_path / "two"), grey)
    roomy = header(EXPLICIT, 1, "MONOCHROME2", (256, 2), BitsAllocated=16)
    save(tmp_path / "roomy", roomy, grey.astype("<u2").tobytes())
    assert np.array_equal(first(tmp_path / "roomy"), grey)
    window = {"WindowCenter": 2048, "WindowWidth": 4096, "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}
    deep = header(EXPLICIT, 1, "MONOCHROME2", (256, 2), **window)
    save(tmp_path / "deep", deep, (grey.astype("<u2") * 16).tobytes())
    assert np.abs(first(tmp_path / "deep").astype(int) - grey).max() <= 1


def test_ybr_full_is_turned_into_colours(tmp_path: Path) -> None:
    data = header(EXPLICIT, 1, "YBR_FULL", (2, 1))
    save(tmp_path / "red", data, bytes((76, 85, 255) * 2))
    blue, green, red = first(tmp_path / "red")[0, 0].astype(int)
    assert red > 250 and green < 5 and blue < 5


def first(path: Path) -> Pixels:
    clip = DicomClip(path)
    clip.open()
    picture = clip.read()
    clip.close()
    assert picture is not None
    return picture.pixels


@pytest.mark.parametrize(
    ("elements", "rate", "stamps"),
    [
        ({"FrameTimeVector": [0, 10, 30, 10]}, 60, [0, 0.01, 0.04, 0.05]),
        ({"FrameTimeVector": [0, 10], "FrameTime": 20}, 50, [0, 0.02, 0.04, 0.06]),
        ({"FrameTime": 0, "CineRate": 10}, 10, [0, 0.1, 0.2, 0.3]),
        ({"RecommendedDisplayFrameRate": 20}, 20, [0, 0.05, 0.1, 0.15]),
        ({"FrameTime": 1e-9}, 30, [0, 1 / 30, 2 / 30, 0.1]),
        ({}, 30, [0, 1 / 30, 2 / 30, 0.1]),
    ],
)
def test_timing_comes_from_the_first_element_that_makes_sense(
    elements: dict[str, Any], rate: float, stamps: list[float]
) -> None:
    found = timing(elements, 4)
    assert found.rate == pytest.approx(rate)
    assert [found.time_s(frame) for frame in range(4)] == pytest.approx(stamps)


def test_every_region_is_there_with_its_units(tmp_path: Path) -> None:
    items = []
    for left, units, delta in ((0, 3, 0.01), (100, 4, 0.002), (50, 3, -0.02)):
        item = Dataset()
        item.RegionLocationMinX0, item.RegionLocationMinY0 = left, 5
        item.RegionLocationMaxX1, item.RegionLocationMaxY1 = left + 99, 240 if left else 5000
        item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = units
        item.PhysicalDeltaX = item.PhysicalDeltaY = delta
        item.RegionSpatialFormat = item.RegionDataType = 1
        item.RegionFlags = 2
        items.append(item)
    clip = DicomClip(plain(tmp_path / "clip", frames=1, SequenceOfUltrasoundRegions=items))
    clip.open()
    clip.close()
    assert [(region.x, region.y, region.width, region.height) for region in clip.regions] == [
        (0, 5, 100, 235),
        (100, 5, 100, 235),
        (50, 5, 100, 235),
    ]
    assert [region.mm_x for region in clip.regions] == [pytest.approx(0.1), None, pytest.approx(0.2)]
    assert [region.units_x for region in clip.regions] == [3, 4, 3]
    assert [region.fits for region in clip.regions] == [False, True, True]


def test_what_cannot_be_read_is_said_with_its_name_and_what_to_install(tmp_path: Path) -> None:
    path = save(tmp_path / "clip", header("1.2.840.10008.1.2.4.94", 1), encapsulate([bytes(100)]))
    with pytest.raises(SourceError, match=r"JPIP Referenced.*export it uncompressed"):
        DicomClip(path).open()
    with pytest.raises(SourceError, match="without a picture"):
        DicomClip(real("reportsi.dcm")).open()
    with pytest.raises(SourceError, match=r"JPEG Extended.*install python-gdcm, or export it uncompressed"):
        DicomClip(real("JPGExtended.dcm")).open()


def test_a_deflated_file_looks_as_pydicom_says_and_one_that_would_fill_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = pydicom.dcmread(real("image_dfl.dcm"))
    low, high = int(data.pixel_array.min()), int(data.pixel_array.max())
    assert data.BitsAllocated == 8 and low < high
    assert np.array_equal(first(real("image_dfl.dcm")), data.pixel_array)
    monkeypatch.setattr(dicom_frames, "MOST_INFLATED", 10_000)
    with pytest.raises(SourceError, match="when unpacked: export it uncompressed"):
        first(real("image_dfl.dcm"))


def test_a_jpeg_ls_picture_that_claims_to_be_huge_is_not_decoded(tmp_path: Path) -> None:
    coded = bytearray(by_pydicom(1, JPEG_LS))
    at = coded.index(b"\xff\xf7") + 5
    coded[at : at + 4] = b"\xff\xff\xff\xff"
    path = save(tmp_path / "clip", header(JPEG_LS, 1), encapsulate([bytes(coded)]))
    with pytest.raises(SourceError, match="cannot be decoded"):
        DicomClip(path).open()


def test_high_throughput_jpeg_2000_is_read(tmp_path: Path) -> None:
    """A picture of 64 × 48 that imagecodecs wrote, with OpenJPH: nothing that is installed here writes it."""
    coded = base64.b64decode(HTJ2K)
    wanted = np.tile(np.arange(64, dtype=np.uint8), (48, 1))
    wanted[10:20, 10:30] = 200
    for syntax in ("201", "202", "203"):
        data = header(f"1.2.840.10008.1.2.4.{syntax}", 2, "MONOCHROME2", (64, 48))
        assert np.array_equal(first(save(tmp_path / syntax, data, encapsulate([coded, coded]))), wanted)


@pytest.mark.parametrize("kind", ["plain", "jpeg"])
def test_a_clip_cut_short_shows_what_it_has_and_then_says_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "clip"
    plain(path) if kind == "plain" else compressed(path, BASELINE, jpeg, "YBR_FULL_422")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    clip = DicomClip(path)
    clip.open()
    with pytest.raises(SourceError, match=r"ends early, after 7 of 12 frames"):
        numbers(clip)
    clip.close()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file cut, with bytes changed (mostly in its header), or with a stretch missing."""
    kind = chance.randrange(4)
    if kind == 0:
        return data[: chance.randrange(len(data))]
    changed = bytearray(data)
    if kind == 1:
        at = chance.randrange(len(data))
        del changed[at : at + chance.randrange(1, 400)]
        return bytes(changed)
    for _ in range(chance.choice((1, 4, 30))):
        changed[chance.randrange(132, 1400 if kind == 2 else len(data)) % len(data)] = chance.choice((0, 255, 65, 128))
    return bytes(changed)


@pytest.mark.parametrize("seed", range(10))
def test_damaged_files_end_in_a_sentence(tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)
    size = (320, 24)
    makers: list[tuple[str, str, bytes]] = [
        (EXPLICIT, "RGB", bytes(size[0] * size[1] * 3 * 2)),
        (RLE, "RGB", real_pixels("SC_rgb_rle_2frame.dcm")),
        (BASELINE, "YBR_FULL_422", encapsulate([jpeg(1), jpeg(2)])),
        (JPEG_2000, "YBR_RCT", encapsulate([jpeg_2000(1)] * 2)),
        (JPEG_LS, "RGB", real_pixels("SC_rgb_jls_lossy_line.dcm")),
        (MPEG2, "YBR_PARTIAL_420", encapsulate([write_video(tmp_path / "v.avi", frames=3).read_bytes()])),
    ]
    for syntax, photometric, pixels in makers:
        path = tmp_path / "clip"
        shape = {EXPLICIT: size, RLE: (100, 100), JPEG_LS: (100, 100)}.get(syntax, SIZE)
        save(path, header(syntax, 2, photometric, shape), pixels)
        path.write_bytes(damaged(path.read_bytes(), chance))
        clip = DicomClip(path)
        try:
            clip.open()
            for _ in range(4):
                clip.read()
            clip.seek(1)
            clip.read()
        except SourceError as error:
            sentence = str(error)
            assert sentence.endswith(".") and "\n" not in sentence and str(path) in sentence
            assert not any(secret in sentence for secret in SECRETS)
        finally:
            clip.close()
    assert not any(secret in part for secret in SECRETS for part in capfd.readouterr())


def real_pixels(name: str) -> bytes:
    return bytes(pydicom.dcmread(real(name)).PixelData)


def write_study(folder: Path) -> None:
    folder.mkdir()
    for name, series, instance, frames, time in (
        ("c", 2, 1, 3, "103100"),
        ("b", 1, 2, 2, "102900"),
        ("a", 1, 1, 1, ""),
    ):
        more = {"SeriesNumber": series, "SeriesInstanceUID": f"1.2.{series}", "InstanceNumber": instance}
        plain(folder / name, frames=frames, ContentTime=time, **more)
    (folder / "notes.txt").write_text("nothing")


def test_a_folder_is_a_list_by_series_and_a_recording_of_all(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    source = parse(str(tmp_path / "study"))
    assert isinstance(source, DicomFolder)
    assert isinstance(source, Recording)
    source.open()
    assert [entry.name for entry in source.entries] == [
        "Series 1, 1 frame",
        "Series 1, 2 frames, 10:29",
        "Series 2, 3 frames, 10:31",
    ]
    assert numbers(source) == [0, 0, 1, 0, 1, 2]
    assert source.frame_count == 6
    names = [entry.name for entry in source.entries]
    for frame, number in ((5, 2), (0, 0), (2, 1), (3, 0), (99, 2)):
        source.seek(frame)
        picture = source.read()
        assert picture is not None
        assert painted_number(picture.pixels) == number
        part = picture.part
        assert part is not None
        assert (part.first, part.frames) == {0: (0, 1), 2: (1, 2)}.get(frame, (3, 3))
        assert part.name == names[part.frames - 1]
    assert source.name == "DICOM folder"
    source.close()


def test_time_goes_on_from_file_to_file_of_a_folder(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    source = DicomFolder(tmp_path / "study")
    source.open()
    stamps = [picture.time_s for picture in iter(source.read, None)]
    assert stamps == pytest.approx([number * 0.04 for number in range(6)])
    for frame in (4, 0, 5, 2):
        source.seek(frame)
        picture = source.read()
        assert picture is not None
        assert picture.time_s == pytest.approx(frame * 0.04)
    source.close()


def test_a_clips_frames_are_listed_at_the_times_at_which_they_were_taken(tmp_path: Path) -> None:
    vector = [0, 30, 500, 30, 30, 400]
    clip = DicomClip(plain(tmp_path / "clip", frames=6, FrameTimeVector=vector))
    clip.open()
    assert clip.times_s == pytest.approx(np.cumsum(vector) / 1000)
    # A second further on is the frame that was taken then, not that of a steady rate.
    assert (frame_after(clip, 0, 0.5, 6), frame_after(clip, 5, -0.42, 6)) == (2, 3)
    clip.close()


def test_the_clips_of_a_folder_are_as_long_as_their_own_files_say(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    for name, more in (
        ("a", {"FrameTimeVector": [0, 30, 500]}),
        ("b", {"FrameTime": 10.0}),
        ("c", {"FrameTime": 200.0}),
    ):
        plain(tmp_path / "study" / name, frames=3, SeriesNumber=ord(name), SeriesInstanceUID=f"1.{ord(name)}", **more)
    source = DicomFolder(tmp_path / "study")
    source.open()
    played = [picture.time_s for picture in iter(source.read, None)]
    # What follows the last frame of a clip comes at the clip's own mean rate.
    assert played == pytest.approx([0, 0.03, 0.53, 0.795, 0.805, 0.815, 0.825, 1.025, 1.225])
    assert source.times_s == pytest.approx(played)
    for frame in (7, 0, 4, 8, 3, 2):
        source.seek(frame)
        picture = source.read()
        assert picture is not None
        assert picture.part is not None
        assert picture.time_s == pytest.approx(played[frame])
        assert picture.part.times_s == pytest.approx(np.subtract(played, played[frame // 3 * 3])[frame // 3 * 3 :][:3])
    source.close()


def test_a_folder_leaves_damaged_files_out(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    whole = (tmp_path / "study" / "b").read_bytes()
    (tmp_path / "study" / "b").write_bytes(whole[:900])
    source = DicomFolder(tmp_path / "study")
    source.open()
    assert numbers(source) == [0, 0, 1, 2]
    assert source.skipped == 1
    source.close()


def test_a_file_of_a_folder_that_is_cut_short_is_said_once_the_others_were_read(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    cut(plain(tmp_path / "study" / "a", frames=8, SeriesNumber=1, SeriesInstanceUID="1.2.1"), 0.6)
    source = DicomFolder(tmp_path / "study")
    source.open()
    # What is sought first is where it will be once all was played.
    for frame, number in ((8, 2), (5, 1), (3, 3)):
        source.seek(frame)
        picture = source.read()
        assert picture is not None
        assert painted_number(picture.pixels) == number
    source.seek(0)
    seen = []
    with pytest.raises(SourceError, match=r"a ends early, after 4 of 8 frames"):
        while (picture := source.read()) is not None:
            seen.append(painted_number(picture.pixels))
    assert seen == [0, 1, 2, 3, 0, 1, 0, 1, 2]
    assert source.frame_count == 9
    source.close()


def test_seeking_past_a_damaged_file_of_a_folder_leaves_it_out(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    whole = (tmp_path / "study" / "c").read_bytes()
    (tmp_path / "study" / "b").write_bytes((tmp_path / "study" / "b").read_bytes()[:2000])
    (tmp_path / "study" / "d").write_bytes(whole)
    source = DicomFolder(tmp_path / "study")
    source.open()
    source.seek(2)
    picture = source.read()
    assert picture is not None
    assert (painted_number(picture.pixels), source.frame_count, source.skipped) == (1, 7, 1)
    # A second reader has every frame under the number that it has here by now, wherever it begins.
    second = source.another()
    second.open()
    assert (second.frame_count, second.skipped) == (7, 1)
    for number in (6, 3):
        assert np.array_equal(frame_at(source, number), frame_at(second, number))
    source.close()
    second.close()


def test_a_dicomdir_lists_by_study_and_only_what_lies_beside_it(tmp_path: Path) -> None:
    entries, damaged_files = list_dicom(real("dicomdirtests/DICOMDIR"))
    assert len(entries) == 31
    assert damaged_files == 0
    assert {entry.study for entry in entries} == set(range(1, entries[0].studies + 1))
    source = parse(str(real("dicomdirtests/DICOMDIR")))
    assert isinstance(source, DicomFolder)


@pytest.mark.parametrize("damage", ["kind", "text", "NUL", "long"])
def test_a_damaged_dicomdir_is_one_sentence(tmp_path: Path, damage: str) -> None:
    shutil.copytree(real("dicomdirtests/DICOMDIR").parent, tmp_path / "disc")
    path = tmp_path / "disc" / "DICOMDIR"
    directory = pydicom.dcmread(path)
    for record in directory.DirectoryRecordSequence:
        if "ReferencedFileID" in record:
            record.ReferencedFileID = {"NUL": ["A\0B"], "long": ["A" * 5000]}.get(damage, record.ReferencedFileID)
    directory.save_as(path)
    if damage in ("kind", "text"):
        content = path.read_bytes()
        place = content.index(b"\x04\x00\x20\x12SQ")  # Directory Record Sequence
        path.write_bytes(content[: place + 4] + {"kind": b"UL", "text": b"LO"}[damage] + content[place + 6 :])
    with pytest.raises(SourceError, match=r"is damaged|holds no DICOM picture"):
        DicomFolder(path).open()


def test_images_win_over_dicom_files_in_a_folder(tmp_path: Path) -> None:
    write_images(tmp_path / "mixed", 1)
    plain(tmp_path / "mixed" / "IM1", frames=1)
    assert not isinstance(parse(str(tmp_path / "mixed")), DicomFolder)


def test_a_file_is_dicom_by_its_content_and_its_name_says_nothing(tmp_path: Path) -> None:
    source = parse(str(plain(tmp_path / "Geheim_19700102", frames=1)))
    assert isinstance(source, DicomClip)
    source.open()
    assert not any(secret in f"{source.name} {source.regions} {source.open()}" for secret in SECRETS)
    source.close()
    for use in (source.read, lambda: source.seek(0)):
        with pytest.raises(SourceError, match="is not open"):
            use()


def test_nothing_of_the_patient_is_kept_in_memory(tmp_path: Path) -> None:
    clip = DicomClip(plain(tmp_path / "clip", frames=1))
    clip.open()
    assert clip._frames is not None
    assert not any(secret in str(clip._frames.header) for secret in SECRETS)
    clip.close()
