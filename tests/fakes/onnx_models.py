"""Tiny models with the metadata that sherpa-onnx reads: they tell sound from silence, and write 对 for sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WORD = "对"
_FLOAT, _INT32, _INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64
_Shape = Sequence[int | str]


def _save(
    path: Path,
    nodes: Sequence[Any],
    inputs: Mapping[str, tuple[int, _Shape]],
    outputs: Mapping[str, tuple[int, _Shape]],
    constants: Mapping[str, Any] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Path:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
        [helper.make_tensor_value_info(name, *kind) for name, kind in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {name: str(value) for name, value in (metadata or {}).items()})
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def write_tokens(path: Path, tokens: Sequence[str]) -> Path:
    """One ``token id`` a line."""
    path.write_text("".join(f"{token} {index}\n" for index, token in enumerate(tokens)), "utf-8")
    return path


def zipformer_ctc_of(bundled: Path, folder: Path) -> Path:
    """The bundled syllable model in the form of a Zipformer CTC: scaled features in, lengths beside."""
    model = onnx.load(bundled)
    graph = model.graph
    graph.input.remove(graph.input[0])
    graph.input.insert(0, helper.make_tensor_value_info("x", _FLOAT, ["batch", "frames", 80]))
    graph.input.insert(1, helper.make_tensor_value_info("x_lens", _INT64, ["batch"]))
    graph.initializer.append(numpy_helper.from_array(np.float32(2 * np.log(32768)), "to_int16"))
    graph.initializer.append(numpy_helper.from_array(np.int64(3), "three"))
    graph.initializer.append(numpy_helper.from_array(np.int64(4), "four"))
    graph.node.insert(0, helper.make_node("Add", ["x", "to_int16"], ["features"]))
    graph.node.append(helper.make_node("Add", ["x_lens", "three"], ["rounded"]))
    graph.node.append(helper.make_node("Div", ["rounded", "four"], ["log_probs_len"]))
    graph.output.append(helper.make_tensor_value_info("log_probs_len", _INT64, ["batch"]))
    path = folder / "zipformer_ctc.onnx"
    onnx.save(model, path)
    return path


def online_transducer(folder: Path) -> dict[str, Path]:
    """A streaming transducer: sound writes 对 once, and once more after every other token of its context."""
    state = {"h": (_FLOAT, [1, "N", 1]), "c": (_FLOAT, [1, "N", 1])}
    encoder = _save(
        folder / "encoder.onnx",
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2], keepdims=1),
            helper.make_node("Identity", ["mean"], ["encoder_out"]),
            helper.make_node("Identity", ["h"], ["next_h"]),
            helper.make_node("Identity", ["c"], ["next_c"]),
        ],
        {"x": (_FLOAT, ["N", 8, 80]), **state},
        {"encoder_out": (_FLOAT, ["N", 1, 1]), "next_h": state["h"], "next_c": state["c"]},
        metadata={
            "model_type": "lstm", "num_encoder_layers": 1, "T": 8, "decode_chunk_len": 8, "rnn_hidden_size": 1,
            "d_model": 1,
        },
    )  # fmt: skip
    decoder = _save(
        folder / "decoder.onnx",
        [
            helper.make_node("Cast", ["y"], ["number"], to=_FLOAT),
            helper.make_node("ReduceSum", ["number", "axes"], ["decoder_out"], keepdims=1),
        ],
        {"y": (_INT64, ["N", 2])},
        {"decoder_out": (_FLOAT, ["N", 1])},
        {"axes": np.array([1], np.int64)},
        {"vocab_size": 3, "context_size": 2},
    )
    joiner = _save(
        folder / "joiner.onnx",
        [
            helper.make_node("Add", ["encoder_out", "floor"], ["loud"]),
            helper.make_node("Mul", ["decoder_out", "tire"], ["tired"]),
            helper.make_node("Sub", ["loud", "tired"], ["score"]),
            helper.make_node("MatMul", ["score", "spread"], ["logit"]),
        ],
        {"encoder_out": (_FLOAT, ["N", 1]), "decoder_out": (_FLOAT, ["N", 1])},
        {"logit": (_FLOAT, ["N", 3])},
        {
            "floor": np.array([[12.0]], np.float32),
            "tire": np.array([[100.0]], np.float32),
            "spread": np.array([[0.0, 1.0, -100.0]], np.float32),
        },
        {"joiner_dim": 1},
    )
    tokens = write_tokens(folder / "tokens.txt", ("<blk>", WORD, "<unk>"))
    return {"encoder": encoder, "decoder": decoder, "joiner": joiner, "tokens": tokens}


def _vector(value: float, size: int = 560) -> str:
    return ",".join([str(value)] * size)


def sense_voice(folder: Path) -> dict[str, Path]:
    """A SenseVoice of four marks and then 对 for every loud stretch."""
    model = _save(
        folder / "sense_voice.onnx",
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2], keepdims=1),
            helper.make_node("Add", ["mean", "floor"], ["loud"]),
            helper.make_node("MatMul", ["loud", "spread"], ["words"]),
            helper.make_node("Concat", ["marks", "words"], ["logits"], axis=1),
        ],
        {
            "x": (_FLOAT, ["N", "T", 560]), "x_length": (_INT32, ["N"]), "language": (_INT32, ["N"]),
            "text_norm": (_INT32, ["N"]),
        },
        {"logits": (_FLOAT, ["N", "T4", 6])},
        {
            "floor": np.array([[[-2.0]]], np.float32),
            "marks": np.eye(6, dtype=np.float32)[None, 2:],
            "spread": np.array([[0.0, 1.0, 0.0, 0.0, 0.0, 0.0]], np.float32),
        },
        {
            "model_type": "sense_voice_ctc", "vocab_size": 6, "lfr_window_size": 7, "lfr_window_shift": 6,
            "normalize_samples": 0, "with_itn": 14, "without_itn": 15, "lang_auto": 0, "lang_zh": 3, "lang_en": 4,
            "lang_yue": 7, "lang_ja": 11, "lang_ko": 12, "neg_mean": _vector(0.0), "inv_stddev": _vector(1.0),
        },
    )  # fmt: skip
    marks = ("<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>")
    return {"model": model, "tokens": write_tokens(folder / "tokens.txt", ("<blk>", WORD, *marks))}


def online_paraformer(folder: Path) -> dict[str, Path]:
    """A streaming Paraformer that writes 对 for every chunk of sound."""
    encoder = _save(
        folder / "encoder.onnx",
        [
            helper.make_node("ReduceMean", ["speech"], ["mean"], axes=[2], keepdims=1),
            helper.make_node("Identity", ["mean"], ["enc"]),
            helper.make_node("Identity", ["speech_lengths"], ["enc_len"]),
            helper.make_node("Squeeze", ["mean", "last"], ["level"]),
            helper.make_node("Greater", ["level", "floor"], ["sound"]),
            helper.make_node("Cast", ["sound"], ["one"], to=_FLOAT),
            helper.make_node("Mul", ["one", "share"], ["alphas"]),
        ],
        {"speech": (_FLOAT, [1, "T", 560]), "speech_lengths": (_INT32, [1])},
        {"enc": (_FLOAT, [1, "T", 1]), "enc_len": (_INT32, [1]), "alphas": (_FLOAT, [1, "T"])},
        {"last": np.array([2], np.int64), "floor": np.float32(2.0), "share": np.float32(0.3)},
        {
            "model_type": "paraformer", "vocab_size": 4, "lfr_window_size": 7, "lfr_window_shift": 6,
            "encoder_output_size": 1, "decoder_num_blocks": 1, "decoder_kernel_size": 2,
            "neg_mean": _vector(0.0), "inv_stddev": _vector(1.0),
        },
    )  # fmt: skip
    decoder = _save(
        folder / "decoder.onnx",
        [
            helper.make_node("Mul", ["acoustic_embeds", "none"], ["zeros"]),
            helper.make_node("Add", ["zeros", "word"], ["logits"]),
            helper.make_node("ArgMax", ["logits"], ["sample_ids"], axis=-1, keepdims=0),
            helper.make_node("Identity", ["in_cache_0"], ["out_cache_0"]),
        ],
        {
            "enc": (_FLOAT, [1, "T", 1]), "enc_len": (_INT32, [1]), "acoustic_embeds": (_FLOAT, [1, "n", 1]),
            "acoustic_embeds_len": (_INT32, [1]), "in_cache_0": (_FLOAT, [1, 1, "k"]),
        },
        {"logits": (_FLOAT, [1, "n", 4]), "sample_ids": (_INT64, [1, "n"]), "out_cache_0": (_FLOAT, [1, 1, "k"])},
        {"none": np.float32(0.0), "word": np.array([[[0.0, 0.0, 0.0, 1.0]]], np.float32)},
    )  # fmt: skip
    tokens = write_tokens(folder / "tokens.txt", ("<blank>", "<s>", "</s>", WORD))
    return {"encoder": encoder, "decoder": decoder, "tokens": tokens}
