"""The acoustic network: a small factored TDNN at 33 frames a second (Povey et al. 2018)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from .mfcc import N_CEPSTRA, SUBSAMPLING
from .phones import N_PDFS

SKIP = 0.66
SPLICE = 5
"""Feature frames seen by the first layer, centred."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`looks_ahead`: for each block, whether it sees 30 ms of the future besides 30 ms of the past."""

    hidden: int = 320
    bottleneck: int = 96
    looks_ahead: tuple[bool, ...] = (True, True, True, True, False, False, False, False)
    final: int = 96

    @property
    def left_frames(self) -> int:
        return SPLICE // 2 + SUBSAMPLING * len(self.looks_ahead)

    @property
    def right_frames(self) -> int:
        return SPLICE // 2 + SUBSAMPLING * sum(self.looks_ahead)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


class Block(nn.Module):
    """Two frames 30 ms apart → bottleneck → hidden, normalised, ReLU, plus the input."""

    def __init__(self, shape: Shape, looks_ahead: bool) -> None:
        super().__init__()
        self.looks_ahead = looks_ahead
        self.narrow = nn.Linear(2 * shape.hidden, shape.bottleneck, bias=False)
        self.widen = nn.Linear((2 if looks_ahead else 1) * shape.bottleneck, shape.hidden)
        self.norm = nn.BatchNorm1d(shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        """[clips, frames, hidden] → one frame fewer, or two where it looks ahead."""
        z = self.narrow(torch.cat([x[:, :-1], x[:, 1:]], 2))
        x = x[:, 1:]
        if self.looks_ahead:
            z, x = torch.cat([z[:, :-1], z[:, 1:]], 2), x[:, :-1]
        return SKIP * x + normalised(self.norm, self.widen(z)).relu()


def normalised(norm: nn.BatchNorm1d, x: Tensor) -> Tensor:
    """Batch normalisation over the last dimension."""
    flat: Tensor = norm(x.reshape(-1, x.shape[2]))
    return flat.view(x.shape)


class Network(nn.Module):
    """Features [clips, frames, 40] → scores [clips, frames / 3 rounded up, pdfs]; edges repeat, as in nnet3."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape or Shape()
        self.entry = nn.Linear(SPLICE * N_CEPSTRA, self.shape.hidden)
        self.norm = nn.BatchNorm1d(self.shape.hidden)
        self.blocks: Iterable[Block]
        self.blocks = nn.ModuleList(Block(self.shape, ahead) for ahead in self.shape.looks_ahead)  # type: ignore[assignment]
        self.final = nn.Linear(self.shape.hidden, self.shape.final, bias=False)
        self.out = nn.Linear(self.shape.final, N_PDFS)
        nn.init.zeros_(self.out.bias)
        with torch.no_grad():
            self.out.weight *= 0.1

    def forward(self, features: Tensor) -> Tensor:
        n, frames, size = features.shape
        steps = -(-frames // SUBSAMPLING)
        beyond = SUBSAMPLING * (steps - 1) + 1 + self.shape.right_frames - frames
        padded = torch.cat(
            [
                features[:, :1].expand(-1, self.shape.left_frames, -1),
                features,
                features[:, -1:].expand(-1, beyond, -1),
            ],
            1,
        )
        spliced = padded.unfold(1, SPLICE, SUBSAMPLING).permute(0, 1, 3, 2)
        x = normalised(self.norm, self.entry(spliced.reshape(n, -1, SPLICE * size))).relu()
        for block in self.blocks:
            x = block(x)
        scores: Tensor = self.out(self.final(x))
        return scores
