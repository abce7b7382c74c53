"""The Gram matrix of VGG-16's features (Gatys et al. 2016): the paper's oldest baseline.

It follows the paper's code (``main_sim.py`` and ``extract_features_pca`` of ``utils.py`` in
github.com/learn2phoenix/CSD): the features after VGG-16's last pooling (Gatys takes five layers), their Gram matrix of
512 x 512, unit norm, PCA to 1,024 numbers. It leaves that code where it errs: there the PCA is fitted on the queries,
and the database is projected without the normalisation that the queries had.
"""

from functools import partial
from pathlib import Path
from typing import Unpack

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import VGG16_Weights, vgg16

from csdlib.descriptors.devices import AUTO, Compute
from csdlib.descriptors.handmade import upper_gram
from csdlib.descriptors.towers import View, ViewedTower
from csdlib.descriptors.weights import fill, from_url, read_checkpoint, state_hash, without_prefix
from csdlib.errors import InputError
from csdlib.files import AnyPath, file_hash, text_hash
from csdlib.images import image_threads
from csdlib.tables import ImageTable

VGG = VGG16_Weights.IMAGENET1K_V1.url

#: Numbers of half a Gram matrix of 512 channels, with its diagonal.
HALF = 512 * 513 // 2

#: Images whose Gram matrices are made together: a batch of 32 holds 17 MB of them.
BATCH = 32


class VGGGram(ViewedTower):
    """VGG-16's Gram matrix, projected on the principal components of a database's Gram matrices.

    Until it is fitted it describes nothing: ``fit`` takes the database, never a query, and ``evaluate_retrieval`` calls
    it. With ``components=0`` there is no PCA and nothing to fit, but a descriptor has 131,328 numbers.

    Args:
        features: VGG-16's convolutional part.
        weights_hash: SHA-256 of its weights.
        components: numbers of a descriptor; fewer, if the PCA has seen no more images than that. 0: no PCA.
        sample: images at most that the PCA is fitted on, drawn from the database; 2,048 take 3.4 GB of memory,
            and the PCA a few minutes on two cores.
        seed: draws the sample, and starts the randomised PCA.
        compute: see ``Compute``; precision, by default ``auto``, is that of the features: Gram matrix and PCA are
            float32.

    Raises:
        InputError: components or sample do not make a PCA.
    """

    def __init__(
        self,
        features: nn.Module,
        *,
        weights_hash: str,
        components: int = 1024,
        sample: int = 2048,
        seed: int = 0,
        **compute: Unpack[Compute],
    ) -> None:
        if components < 0 or sample < 2:
            raise InputError(f"components must not be negative and sample at least 2, got {components} and {sample}")
        dim = components or HALF
        super().__init__(features, name="vgg-gram", weights_hash=weights_hash, view=View(), dim=dim, **(AUTO | compute))
        self.components, self.sample, self.seed = components, sample, seed
        self._mean, self._axes = torch.empty(0), torch.empty(0)
        self._fitted = "" if components else "no PCA"

    @property
    def fingerprint(self) -> str:
        """A hash of weights, view, precision, and the PCA's state."""
        return text_hash(super().fingerprint, self._fitted)

    def fit(self, table: ImageTable) -> None:
        """Fits the PCA on a sample of the table's images; those that cannot be read are left out.

        Raises:
            InputError: the table holds queries, or fewer than two images that can be read.
        """
        # Imported here: sklearn takes a second to import.
        from sklearn.decomposition import PCA

        if not self.components:
            return
        if (table.frame["split"] == "query").any():
            raise InputError(f"{self.name}: a PCA that has seen queries flatters them; fit it on the database alone")
        grams = self._sampled(table)
        if len(grams) < 2:
            raise InputError(f"{self.name}: its PCA needs two images that can be read, the table has {len(grams)}")
        # Images less their mean span one dimension fewer than there are images.
        dim = min(self.components, len(grams) - 1)
        pca = PCA(dim, svd_solver="randomized", random_state=self.seed, copy=False).fit(grams)
        state = {"mean": torch.from_numpy(pca.mean_).float(), "axes": torch.from_numpy(pca.components_).float()}
        self.dim, self._fitted = dim, state_hash(state)
        self._mean, self._axes = state["mean"].to(self.device), state["axes"].to(self.device)

    def describe(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, 224, 224) to descriptors (n, dim) float32, rows of unit norm, with gradients.

        Raises:
            InputError: the PCA is not fitted.
        """
        if not self._fitted:
            raise InputError(
                f"{self.name}: its PCA is not fitted: call fit(database), as evaluate_retrieval does, or load it "
                f"with components=0 for the whole Gram matrix"
            )
        grams = self._grams(images)
        if self.components:
            grams = functional.normalize((grams - self._mean) @ self._axes.T, dim=1)
        return grams

    def _grams(self, images: Tensor) -> Tensor:
        """Gram matrices of unit norm, (n, 131,328): half of each, and its off-diagonals times the root of two.

        So the products and distances of the halves are those of the whole matrices.
        """
        features = self.module(images.to(self.device, self.dtype)).float().flatten(2)
        row, column = torch.triu_indices(features.shape[1], features.shape[1], device=self.device)
        return functional.normalize(upper_gram(features) * torch.where(row == column, 1.0, 2**0.5), dim=1)

    @torch.inference_mode()
    def _sampled(self, table: ImageTable) -> np.ndarray:
        """The Gram matrices of a sample of a table's images, (n, 131,328), without those that cannot be read."""
        rows = np.random.default_rng(self.seed).permutation(len(table))[: self.sample]
        grams, done = np.empty((len(rows), HALF), np.float32), 0
        with image_threads(2) as pool:
            for start in range(0, len(rows), BATCH):
                found = pool.map(partial(self._opened, table), rows[start : start + BATCH].tolist())
                if images := [image for image in found if image is not None]:
                    grams[done : done + len(images)] = self._grams(torch.stack(images)).cpu()
                    done += len(images)
        return grams[:done]

    def _opened(self, table: ImageTable, row: int) -> Tensor | None:
        try:
            return self.preprocess(table.open(row))
        except InputError:
            return None


def vgg_gram(
    weights: AnyPath | None = None,
    *,
    components: int = 1024,
    sample: int = 2048,
    seed: int = 0,
    **compute: Unpack[Compute],
) -> VGGGram:
    """VGG-16's Gram matrix with torchvision's ImageNet weights.

    Args:
        weights: torchvision's ``vgg16-397923af.pth``, or any state dict of its VGG-16; by default downloaded on first
            use, and checked against the part of its SHA-256 that its name tells.
        components: see ``VGGGram``.
        sample: see ``VGGGram``.
        seed: see ``VGGGram``.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had, or are others.
    """
    path = Path(weights) if weights else from_url("vgg-gram", VGG)
    # Without memory of its own: the classifier, nine tenths of the weights, is never needed.
    with torch.device("meta"):
        features = vgg16().features
    fill(features, without_prefix(read_checkpoint(path), "features."), path)
    return VGGGram(features, weights_hash=file_hash(path), components=components, sample=sample, seed=seed, **compute)
