"""Frames on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.layers.link import HEADER, MAX_PAYLOAD, FrameReader, Kind, LinkFrame

frames = st.builds(
    LinkFrame,
    kind=st.sampled_from(Kind),
    name=st.text(alphabet="abc.!-_", max_size=99),
    payload=st.binary(max_size=300),
)


@given(st.lists(frames, max_size=5), st.integers(min_value=1, max_value=40))
def test_frames_survive_any_cut(sent: list[LinkFrame], size: int) -> None:
    """However the bytes are cut on the way, the same frames come out."""
    data = b"".join(frame.encode() for frame in sent)
    reader, got = FrameReader(), []
    for start in range(0, len(data), size):
        got += reader.feed(data[start : start + size])
    assert got == sent


@pytest.mark.parametrize("data", [HEADER.pack(MAX_PAYLOAD + 1, Kind.SEND, 0), HEADER.pack(0, 99, 0)])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    """A frame over the limit and an unknown kind are errors, not memory."""
    with pytest.raises(ValueError, match=r"over the limit|not a valid Kind"):
        FrameReader().feed(data)
