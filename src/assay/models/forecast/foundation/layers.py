"""The few layers that both architectures are made of, in numpy and float32, over any leading axes."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assay.models.forecast.foundation.weights import Tensors

Array = NDArray[np.float32]


def linear(x: Array, weights: Tensors, name: str) -> Array:
    """Affine map of the last axis with ``name.weight`` (out, in) and, where there is one, ``name.bias``."""
    weight = weights[f"{name}.weight"]
    mapped: Array = (x.reshape(-1, x.shape[-1]) @ weight.T).reshape(*x.shape[:-1], weight.shape[0])
    bias = weights.get(f"{name}.bias")
    if bias is not None:
        mapped += bias
    return mapped


def rms_norm(x: Array, weight: Array, eps: float) -> Array:
    """Root mean square normalisation (Zhang and Sennrich 2019): no mean, no shift."""
    square = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
    scaled: Array = x / np.sqrt(square + np.float32(eps))
    scaled *= weight
    return scaled


def layer_norm(x: Array, weights: Tensors, name: str, eps: float) -> Array:
    """Layer normalisation over the last axis (Ba et al. 2016)."""
    centred: Array = x - x.mean(axis=-1, keepdims=True)
    square = np.einsum("...i,...i->...", centred, centred)[..., None] / np.float32(x.shape[-1])
    centred /= np.sqrt(square + np.float32(eps))
    centred *= weights[f"{name}.weight"]
    centred += weights[f"{name}.bias"]
    return centred


def softmax(x: Array) -> Array:
    """Softmax over the last axis, in place; a row must hold at least one finite number."""
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def relu(x: Array) -> Array:
    """max(x, 0), in place."""
    return np.maximum(x, 0, out=x)


def gelu(x: Array) -> Array:
    """x times the normal distribution function of x (Hendrycks and Gimpel 2016)."""
    from scipy.special import erf

    half: Array = erf(x * np.float32(sqrt(0.5)))
    half += 1
    half *= x
    half *= np.float32(0.5)
    return half


def gelu_tanh(x: Array) -> Array:
    """The same with the authors' approximation by a hyperbolic tangent."""
    inner = np.float32(sqrt(2 / np.pi)) * (x + np.float32(0.044715) * x * x * x)
    answer: Array = np.float32(0.5) * x * (1 + np.tanh(inner))
    return answer
