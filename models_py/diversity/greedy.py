"""Greedy choices of the head of a list, compiled; each user's is made by one thread, so that results never vary."""

import numpy as np
from numba import njit, prange


@njit(parallel=True, cache=True, nogil=True)
def least_alike(starts, items, relevance, indptr, indices, data, trade_off, k):
    """Choose by maximal marginal relevance (Carbonell & Goldstein 1998).

    At each place the item with the largest (1 - trade_off) x relevance - trade_off x similarity to the nearest of those
    chosen before; the paper's lambda is 1 - trade_off. The earlier one in a tie.

    Parameters
    ----------
    starts : array of int64, shape (n_users + 1,)
        Where each user's candidates begin.
    items : array of int64, shape (n,)
    relevance : array of float64, shape (n,)
    indptr, indices, data : arrays
        Unit vectors of the items, as in a csr_matrix with sorted indices; their products are similarities.
    trade_off : float
    k : int
        Places to choose for.

    Returns
    -------
    array of int64, shape (n,)
        For each user the candidates chosen, by their position in `items`, and then the others in the order given.
    """
    order = np.arange(len(items))
    for user in prange(len(starts) - 1):
        start, end = starts[user], starts[user + 1]
        nearest = np.zeros(end - start)
        for place in range(start, min(start + k, end)):
            best, most = place, -np.inf
            for left in range(place, end):
                candidate = order[left]
                value = (1 - trade_off) * relevance[candidate] - trade_off * nearest[candidate - start]
                if value > most:
                    best, most = left, value
            _move(order, best, place)
            chosen = items[order[place]]
            for left in range(place + 1, end):
                candidate = order[left]
                likeness = _product(indptr, indices, data, chosen, items[candidate])
                nearest[candidate - start] = max(nearest[candidate - start], likeness)
    return order


@njit(parallel=True, cache=True, nogil=True)
def most_calibrated(starts, items, relevance, indptr, indices, data, mixes, trade_off, k, smoothing):
    """Choose by calibration to the user's own mix (Steck 2018).

    At each place the item with which (1 - trade_off) x the sum of relevance - trade_off x KL(p || q') of the items so
    far is largest: p is the user's mix, q the mean of the items' shares, q' = (1 - smoothing) q + smoothing p. The
    earlier one in a tie. Candidates are compared by what they change: what an item lacks is the same with all.

    Parameters
    ----------
    starts, items, relevance, trade_off, k
        As in `least_alike`.
    indptr, indices, data : arrays
        Shares of the items' features, as in a csr_matrix.
    mixes : tuple of arrays
        indptr, indices and data of the users' mixes, as in a csr_matrix with sorted indices.
    smoothing : float

    Returns
    -------
    array of int64, shape (n,)
        As in `least_alike`.
    """
    order = np.arange(len(items))
    mix_starts, mix_features, mix_shares = mixes
    for user in prange(len(starts) - 1):
        start, end = starts[user], starts[user + 1]
        known = mix_features[mix_starts[user] : mix_starts[user + 1]]
        wanted = mix_shares[mix_starts[user] : mix_starts[user + 1]]
        listed = np.zeros(len(known))
        for place in range(start, min(start + k, end)):
            part = (1 - smoothing) / (place - start + 1)
            best, most = place, -np.inf
            for left in range(place, end):
                candidate = order[left]
                gain = 0.0
                for cell in range(indptr[items[candidate]], indptr[items[candidate] + 1]):
                    found = _find(known, indices[cell])
                    if found >= 0:
                        before = part * listed[found] + smoothing * wanted[found]
                        gain += wanted[found] * np.log1p(part * data[cell] / before)
                value = (1 - trade_off) * relevance[candidate] + trade_off * gain
                if value > most:
                    best, most = left, value
            _move(order, best, place)
            chosen = items[order[place]]
            for cell in range(indptr[chosen], indptr[chosen + 1]):
                found = _find(known, indices[cell])
                if found >= 0:
                    listed[found] += data[cell]
    return order


@njit(cache=True, nogil=True)
def _move(order, source, target):
    """Put an element before others that keep their order."""
    moved = order[source]
    for place in range(source, target, -1):
        order[place] = order[place - 1]
    order[target] = moved


@njit(cache=True, nogil=True)
def _product(indptr, indices, data, one, other):
    """Inner product of two rows with sorted indices."""
    total = 0.0
    here, there = indptr[one], indptr[other]
    while here < indptr[one + 1] and there < indptr[other + 1]:
        if indices[here] == indices[there]:
            total += data[here] * data[there]
            here, there = here + 1, there + 1
        elif indices[here] < indices[there]:
            here += 1
        else:
            there += 1
    return total


@njit(cache=True, nogil=True)
def _find(known, feature):
    """Place of a feature among sorted ones, or -1."""
    place = np.searchsorted(known, feature)
    return place if place < len(known) and known[place] == feature else -1
