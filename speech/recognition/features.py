"""Log-mel features as the acoustic model was trained on: 80 bins, 25 ms windows every 10 ms, 16 kHz."""

from __future__ import annotations

import kaldi_native_fbank as knf
import numpy as np
import numpy.typing as npt

from speech.ports import RATE_HZ, Pcm

BINS = 80
FRAMES_PER_SECOND = 100


def _options() -> knf.FbankOptions:
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.snip_edges = False
    options.frame_opts.samp_freq = RATE_HZ
    options.mel_opts.num_bins = BINS
    options.mel_opts.low_freq = 20
    options.mel_opts.high_freq = -400
    return options


class FeatureStream:
    """Features of one utterance, frame by frame as samples arrive."""

    def __init__(self) -> None:
        self._fbank = knf.OnlineFbank(_options())
        self._frames: list[npt.NDArray[np.float32]] = []

    def accept(self, pcm: Pcm) -> None:
        """Take samples of any length."""
        self._fbank.accept_waveform(RATE_HZ, pcm.tolist())
        self._collect()

    def finish(self) -> None:
        """No more samples: the last frames are padded by reflection."""
        self._fbank.input_finished()
        self._collect()

    def _collect(self) -> None:
        for index in range(len(self._frames), self._fbank.num_frames_ready):
            self._frames.append(self._fbank.get_frame(index))

    def __len__(self) -> int:
        return len(self._frames)

    def since(self, start: int) -> npt.NDArray[np.float32]:
        """[T, 80] frames from ``start`` on."""
        if start >= len(self._frames):
            return np.zeros((0, BINS), np.float32)
        return np.stack(self._frames[start:])


def features(pcm: Pcm) -> npt.NDArray[np.float32]:
    """[T, 80] of a whole clip."""
    stream = FeatureStream()
    stream.accept(pcm)
    stream.finish()
    return stream.since(0)
