"""A causal transformer block with padding, weight norm and fixed dropout learns a maximum.

Bai, Kolter & Koltun, "Deep equilibrium models", NeurIPS 2019, after Dehghani et al., "Universal
transformers", 2019: one block, applied until nothing changes.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

import deq

WORDS, WIDTH, LENGTH, PAD = 8, 32, 10, 0


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attend = weight_norm(nn.Linear(WIDTH, 3 * WIDTH))
        self.inner = weight_norm(nn.Linear(WIDTH, 2 * WIDTH))
        self.outer = weight_norm(nn.Linear(2 * WIDTH, WIDTH))
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.dropout = deq.FixedDropout(0.1)

    def forward(self, z: Tensor, x: Tensor, allowed: Tensor) -> Tensor:  # (B, T, D), mask (B, T, T)
        q, k, v = self.attend(z + x).chunk(3, dim=-1)
        z = self.norms[0](x + F.scaled_dot_product_attention(q, k, v, attn_mask=allowed))
        return self.norms[1](z + self.dropout(self.outer(self.inner(z).relu())))


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.layer = deq.DEQ(Block(), tol=1e-3, max_evals=30, on_failure="ignore")
        self.readout = nn.Linear(WIDTH, WORDS)

    def forward(self, tokens: Tensor, **budget: float) -> Tensor:  # (B, T) → (B, T, words)
        causal = torch.ones(LENGTH, LENGTH).tril().bool()
        allowed = causal & ((tokens != PAD)[:, None, :] | torch.eye(LENGTH).bool())  # (B, T, T)
        x = self.words(tokens) + self.places.weight
        return self.readout(self.layer(x, allowed, **budget))


def sentences(count: int) -> tuple[Tensor, Tensor]:
    """Random sentences (B, T) of three to ten words, padded, and the largest word so far."""
    tokens = torch.randint(1, WORDS, (count, LENGTH))
    tokens[torch.arange(LENGTH) >= torch.randint(3, LENGTH + 1, (count, 1))] = PAD
    return tokens, tokens.cummax(1).values.where(tokens != PAD, PAD)


def test_it_learns_the_largest_word_so_far() -> None:
    torch.manual_seed(0)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(150):
        tokens, largest = sentences(32)
        loss = F.cross_entropy(model(tokens).transpose(1, 2), largest, ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    tokens, largest = sentences(500)
    with torch.no_grad():
        right = (model(tokens).argmax(2) == largest)[tokens != PAD]
        assert right.float().mean() > 0.95
        changed = torch.cat([tokens[:, :6], 1 + tokens[:, 6:] % (WORDS - 1)], dim=1)
        before, after = (model(t, tol=1e-5, max_evals=200)[:, :6] for t in (tokens, changed))
        torch.testing.assert_close(before, after, atol=1e-2, rtol=0)  # no look ahead
