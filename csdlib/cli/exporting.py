"""The command that takes a descriptor elsewhere: export."""

from pathlib import Path
from typing import Annotated

import typer

from csdlib import descriptors as methods
from csdlib.cli.common import examples, plain_errors

verbs = typer.Typer()


@verbs.command(epilog=examples("csdlib export csd-art csd-art.onnx"))
@plain_errors
def export(
    descriptor: Annotated[str, typer.Argument(help="A name that 'csdlib descriptors' lists: a vision tower.")],
    output: Annotated[Path, typer.Argument(help="A file that ends in .onnx.")],
) -> None:
    """Write a descriptor as an ONNX file, which runs without torch.

    The file takes preprocessed images; its metadata say how pictures are preprocessed.
    """
    deviation = methods.export_onnx(methods.load(descriptor, device="cpu", precision="float32"), output)
    checked = "not checked: no onnxruntime" if deviation is None else f"{deviation:.0e} from torch at most"
    typer.echo(f"written: {output} ({checked})")
