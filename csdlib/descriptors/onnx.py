"""A tower as an ONNX file, which runs where there is no torch: the file says how pictures become its input."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from csdlib import __version__
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import list_descriptors
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.errors import InputError, reason
from csdlib.files import AnyPath, atomic_path

#: How far a number of a descriptor may lie from torch's.
TOLERANCE = 1e-4

#: Said in a summary, it is said in the file.
NON_COMMERCIAL = "non-commercial"


class _Graph(nn.Module):
    """A tower with all that it does after its module; the graph has its weights by the module."""

    def __init__(self, descriptor: TowerDescriptor) -> None:
        super().__init__()
        self.module, self.describe = descriptor.module, descriptor.describe

    def forward(self, images: Tensor) -> Tensor:
        return self.describe(images)


def export_onnx(descriptor: Descriptor, path: AnyPath) -> float | None:
    """Writes a tower as an ONNX graph: ``images`` (n, 3, S, S) float32, preprocessed, to ``descriptors`` (n, dim).

    The batch is free, the rows are float32 of unit norm. The file's ``metadata_props`` name descriptor, fingerprint and
    preprocessing. Before it is kept, onnxruntime describes random pictures by it, and must say what torch says.

    Args:
        descriptor: a tower on the processor, in float32, whose metric is the cosine.
        path: of the file, which ends in ``.onnx``; it is written atomically.

    Returns:
        the largest difference of a number from torch's, at most 1e-4; None where onnxruntime is not installed, and
        nothing was checked.

    Raises:
        InputError: a descriptor that is no such tower, or needs to be fitted first; a package is missing; the exporter
            cannot write the tower, or what it wrote says something else than torch: then no file is kept.
    """
    tower = _exportable(descriptor)
    if Path(path).suffix != ".onnx" or Path(path).is_dir():
        raise InputError(f"{path}: must be a file that ends in .onnx")
    if not (find_spec("onnx") and find_spec("onnxscript")):
        raise InputError("onnx and onnxscript are not installed: pip install 'csdlib[onnx]'")
    noise = torch.rand(3, 3, tower.size, tower.size, generator=torch.Generator().manual_seed(0))
    images = tower.view(noise)
    # First, so that a tower that is not fitted says so.
    expected = tower.encode(images)
    program = _program(tower, images)
    program.model.metadata_props.update(_metadata(tower))
    with atomic_path(path) as temporary:
        program.save(temporary, external_data=False)
        return _deviation(temporary, images, expected, str(path))


def _exportable(descriptor: Descriptor) -> TowerDescriptor:
    if not isinstance(descriptor, TowerDescriptor) or descriptor.metric != "cosine":
        raise InputError(f"{descriptor.name} is no vision tower compared by cosine, as csd-art is: it has no export")
    if descriptor.device.type != "cpu" or descriptor.dtype != torch.float32:
        raise InputError(f"{descriptor.name}: load it with device='cpu' and precision='float32' to export it")
    return descriptor


def _program(tower: TowerDescriptor, images: Tensor) -> Any:
    try:
        return torch.onnx.export(
            _Graph(tower).eval(),
            (images,),
            dynamo=True,
            verbose=False,
            input_names=["images"],
            output_names=["descriptors"],
            dynamic_shapes={"images": {0: "n"}},
        )
    except torch.onnx.OnnxExporterError as error:
        raise InputError(f"{tower.name} cannot be written as ONNX ({reason(error)})") from error


def _metadata(tower: TowerDescriptor) -> dict[str, str]:
    """What a reader of the file must know, as ONNX keeps it: all as text."""
    known = list_descriptors().set_index("name")["summary"]
    summary = known.get(tower.name, "")
    licence = {"licence": "weights for non-commercial use"} if NON_COMMERCIAL in summary else {}
    return licence | {
        "csdlib": __version__,
        "descriptor": tower.name,
        "summary": summary,
        "fingerprint": tower.fingerprint,
        "preprocessing": tower.view.words,
        "size": str(tower.view.size),
        "mean": json.dumps(tower.view.mean),
        "std": json.dumps(tower.view.std),
        "view": repr(tower.view),
    }


def _deviation(written: Path, images: Tensor, expected: Tensor, name: str) -> float | None:
    """The largest difference of onnxruntime's descriptors, of one image and of several, from torch's.

    Raises:
        InputError: it is too large, or not a number.
    """
    if not find_spec("onnxruntime"):
        return None
    import onnxruntime

    session = onnxruntime.InferenceSession(str(written), providers=["CPUExecutionProvider"])
    found = [session.run(["descriptors"], {"images": images[:count].numpy()})[0] for count in (1, len(images))]
    deviation = max(float(np.abs(each - expected[: len(each)].numpy()).max()) for each in found)
    if not deviation <= TOLERANCE:
        raise InputError(f"{name}: not kept: its descriptors differ from torch's by {deviation:.1e}")
    return deviation
