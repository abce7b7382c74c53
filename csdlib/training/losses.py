"""The two terms of the CSD loss (arXiv:2404.01292, Section 3.2): L = L_MCL + lambda L_SSL.

Both are cross-entropies over the other rows of the batch: a row should find its positives among all others. Rows are
taken in blocks, so that memory grows with the batch size and not with its square; gradients are exact.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from csdlib.errors import InputError, unknown

Weighting = Literal["indicator", "count"]
MeanOver = Literal["rows", "positives"]

#: Rows of the similarity matrix that exist at a time.
BLOCK = 1024


def multilabel_contrastive_loss(
    style: Tensor,
    labels: Tensor,
    temperature: float = 0.1,
    weighting: Weighting = "indicator",
    mean_over: MeanOver = "rows",
) -> Tensor:
    """The multi-label contrastive term L_MCL: images that share a style tag attract each other.

    For row i with positives P(i), the loss is the mean of ``-log p(j | i)`` over j in P(i), where ``p(. | i)`` is the
    softmax of the similarities of i to all other rows. A row without a positive counts as 0.

    Args:
        style: (n, d) float, rows of unit norm.
        labels: (n, a) in {0, 1}; 1 where the image carries the tag. Rows of zeros have no positives.
        temperature: tau > 0; smaller values look at the nearest rows only.
        weighting: ``"indicator"`` (the paper's text) gives every positive the weight 1; ``"count"`` (its released
            code) gives it the number of shared tags.
        mean_over: ``"rows"`` (the released code) divides by all rows, so the fewer of them have a positive, the less
            the term weighs beside L_SSL; ``"positives"`` divides by the rows that have one.

    Returns:
        the mean, a scalar >= 0; lower is better. The released code returns ``temperature`` times this.

    Raises:
        InputError: shapes that do not fit, a temperature of 0 or below, or an unknown weighting or mean.

    Example:
        >>> style = torch.eye(2)[[0, 0, 1, 1]]
        >>> labels = torch.tensor([[1, 0], [1, 0], [0, 1], [0, 1]])
        >>> round(float(multilabel_contrastive_loss(style, labels, temperature=1.0)), 4)  # log(e + 2) - 1
        0.5514
    """
    if style.ndim != 2 or labels.ndim != 2 or len(style) != len(labels):
        raise InputError(f"need style (n, d) and labels (n, a), got {tuple(style.shape)} and {tuple(labels.shape)}")
    if weighting not in ("indicator", "count"):
        raise unknown("weighting", weighting, ["indicator", "count"])
    if mean_over not in ("rows", "positives"):
        raise unknown("mean_over", mean_over, ["rows", "positives"])
    tags = labels.to(style.dtype)

    def weights(rows: Tensor) -> Tensor:
        shared = tags[rows] @ tags.T
        return (shared > 0).to(style.dtype) if weighting == "indicator" else shared

    return _contrastive(style, weights, temperature, mean_over)


def self_supervised_loss(style: Tensor, temperature: float = 0.1) -> Tensor:
    """The self-supervised term L_SSL: style-preserving views of one image attract each other.

    Args:
        style: (n, views, d) float, rows of unit norm; the views of an image are each other's only positives.
        temperature: tau > 0.

    Returns:
        the mean over all n x views rows, a scalar >= 0; lower is better. The released code returns ``temperature``
        times this.

    Raises:
        InputError: another shape, fewer than two views, or a temperature of 0 or below.

    Example:
        >>> style = torch.eye(2)[:, None].repeat(1, 2, 1)
        >>> round(float(self_supervised_loss(style, temperature=1.0)), 4)  # log(e + 2) - 1
        0.5514
    """
    if style.ndim != 3 or style.shape[1] < 2:
        raise InputError(f"need style (n, views >= 2, d), got {tuple(style.shape)}")
    images, views, _ = style.shape
    image = torch.arange(images, device=style.device).repeat_interleave(views)
    return _contrastive(style.flatten(0, 1), lambda rows: (image[rows, None] == image).to(style.dtype), temperature)


def _contrastive(
    style: Tensor, weights: Callable[[Tensor], Tensor], temperature: float, mean_over: MeanOver = "rows"
) -> Tensor:
    """The mean over rows of the weighted mean of ``-log p(j | i)``, j != i; ``weights(rows)`` is (rows, n)."""
    if temperature <= 0:
        raise InputError(f"temperature must be above 0, got {temperature}")

    def block(style: Tensor, rows: Tensor) -> Tensor:
        """The sum of the rows' losses, and how many of them have a positive."""
        itself = rows[:, None] == torch.arange(len(style), device=style.device)
        logits = (style[rows] @ style.T / temperature).masked_fill(itself, -torch.inf)
        # A row's own entry is -inf in the softmax; as a weight it is 0, and 0 x inf must not be formed.
        log_probability = logits.log_softmax(dim=1).masked_fill(itself, 0.0)
        weight = weights(rows).masked_fill(itself, 0.0)
        total = weight.sum(dim=1)
        losses = -(weight * log_probability).sum(dim=1) / total.clamp(min=1)
        return torch.stack([losses.sum(), (total > 0).sum().to(style.dtype)])

    blocks = torch.split(torch.arange(len(style), device=style.device), BLOCK)
    if len(blocks) == 1:
        total, positives = block(style, blocks[0])
    else:
        # A checkpointed block is computed again for its gradient instead of being kept until then.
        parts = [checkpoint(block, style, rows, use_reentrant=False) for rows in blocks]
        total, positives = torch.stack(parts).sum(dim=0)
    return total / (len(style) if mean_over == "rows" else positives.clamp(min=1))
