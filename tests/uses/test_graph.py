"""An implicit graph network: a node's class is written at the far end of its chain.

Gu et al., "Implicit graph neural networks", NeurIPS 2020: an equilibrium reaches further than any
fixed number of message-passing layers.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import deq
from deq.stability.norm import limit_norm

LENGTH, CHAINS, CLASSES = 30, 20, 2


def chains(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Chains of 30 nodes; only the first node of each shows its class: features, edges, classes."""
    features = torch.zeros(count, LENGTH, CLASSES + 1)
    classes = torch.arange(count) % CLASSES
    features[:, 0] = F.one_hot(classes, CLASSES + 1).float()
    features[:, 1:, CLASSES] = 1.0  # says nothing
    path = torch.diag(torch.ones(LENGTH - 1), -1)  # node i hears node i − 1
    edges = torch.block_diag(*[path] * count)  # (N, N)
    return features.flatten(0, 1), edges, classes.repeat_interleave(LENGTH)


class Cell(nn.Module):
    """``z ← tanh(A z W + x)``, a contraction while ‖W‖₂ < 1."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = limit_norm(nn.Linear(width, width, bias=False), 0.98)

    def forward(self, z: Tensor, x: Tensor, edges: Tensor) -> Tensor:  # (N, D), (N, D), (N, N)
        return torch.tanh(self.weight(edges @ z) + x)


def test_every_node_learns_what_stands_thirty_steps_away() -> None:
    torch.manual_seed(0)
    encode, readout = nn.Linear(CLASSES + 1, 16), nn.Linear(16, CLASSES)
    layer = deq.DEQ(Cell(16), batch_dims=0, tol=1e-4)  # all nodes together are one sample
    parameters = [*encode.parameters(), *layer.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    features, edges, classes = chains(CHAINS)
    for _ in range(120):
        logits = readout(layer(encode(features), edges))  # (N, classes)
        optimizer.zero_grad()
        F.cross_entropy(logits, classes).backward()
        optimizer.step()
        assert layer.last.converged
    logits = readout(layer(encode(features), edges))
    assert (logits.argmax(1) == classes).all()
