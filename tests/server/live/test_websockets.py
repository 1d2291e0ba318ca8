"""A client that reads slowly still gets every byte of a frame, once and in order."""

import socket
import threading

from server.live.websockets import WholeFrames


class SlowSocket(socket.socket):
    """A socket whose send() takes a few bytes only, as under gevent when the client reads slowly."""

    def send(self, content: bytes, flags: int = 0) -> int:  # type: ignore[override]
        return super().send(content[:7], flags)


def test_a_frame_that_is_taken_in_part_arrives_whole_and_two_never_mix():
    near, far = socket.socketpair()
    frames = [bytes([65 + number]) * 50_000 for number in range(4)]
    received = bytearray()

    def read() -> None:
        while len(received) < sum(map(len, frames)):
            received.extend(far.recv(1_000))

    with SlowSocket(fileno=near.detach()) as slow, far:
        whole = WholeFrames(slow)
        writers = [threading.Thread(target=whole.send, args=(frame,)) for frame in frames]
        reader = threading.Thread(target=read)
        for thread in (reader, *writers):
            thread.start()
        for thread in (reader, *writers):
            thread.join(20)
    assert sorted(bytes(received[start : start + 50_000]) for start in range(0, 200_000, 50_000)) == frames
