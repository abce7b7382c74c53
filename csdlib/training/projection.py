"""CSD's loss on numbers instead of pictures: only the projection learns, in seconds.

Where the backbone stays as it is, its features need to be computed once; so what takes an hour with the whole network
can be tried here many times over.
"""

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional

from csdlib.errors import InputError
from csdlib.training.batches import tagged_rows
from csdlib.training.csd import TrainingConfig
from csdlib.training.loop import warmup_schedule
from csdlib.training.losses import multilabel_contrastive_loss


def fit_projection(
    features: np.ndarray, labels: sparse.csr_array, start: np.ndarray, config: TrainingConfig
) -> np.ndarray:
    """Trains a projection of fixed features by the multi-label contrastive term (arXiv:2404.01292, Section 3.2).

    Args:
        features: (n, w) float, of a backbone that stays as it is.
        labels: (n, tags) in {0, 1}, sparse, as ``ImageTable.sparse_labels`` gives them.
        start: (w, d) float; where training begins.
        config: of it count steps, batch size, images of each tag, temperature, the projection's rate, warm-up and seed.

    Returns:
        the trained projection, (w, d) float32: ``features @ projection``, rows scaled to unit norm, are descriptors.

    Raises:
        InputError: shapes that do not fit, or ``images_each`` of 0: batches are pairs here.

    Example:
        >>> features = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
        >>> config = TrainingConfig(steps=2, batch_size=4, images_each=2)
        >>> fit_projection(features, sparse.csr_array(features), np.eye(3), config).shape
        (3, 3)
    """
    if len(features) != labels.shape[0] or features.shape[1] != len(start):
        raise InputError(f"features {features.shape}, labels {labels.shape} and start {start.shape} do not fit")
    if not config.images_each:
        raise InputError("images_each must be at least 1: batches are made of several images of a tag")
    inputs = torch.from_numpy(np.asarray(features, np.float32))
    projection = torch.tensor(start, dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.AdamW([projection], lr=config.projection_rate, weight_decay=0.0)
    schedule = warmup_schedule(optimizer, config.steps, config.warmup, config.decay)
    for step in range(config.steps):
        rows = tagged_rows(labels, config.batch_size, config.images_each, step, config.seed)
        style = functional.normalize(inputs[rows] @ projection, dim=1)
        tags = torch.from_numpy(labels[rows].toarray())
        loss = multilabel_contrastive_loss(style, tags, config.temperature)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return projection.detach().numpy()
