//===- Tally.cpp - Counts of some rows of tiles ------------------------------===//
#include "tools/gaze/Tally.h"

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace gaze::cli;

/// Keys whose pairs are asked for at once.
static constexpr std::int64_t chunk = 4096;

std::uint64_t gaze::cli::mixed(std::uint64_t bits) {
  bits += 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

static std::uint64_t hashOf(const std::uint8_t *bytes, std::int64_t size) {
  std::uint64_t hash = static_cast<std::uint64_t>(size);
  for (; size > 0; bytes += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, static_cast<std::size_t>(std::min<std::int64_t>(8, size)));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return hash;
}

Tally::Tally(const MaskSource &source, Plane plane, const Grid *like, std::int64_t queryBegin,
             std::int64_t queryEnd)
    : source(source), plane(plane), like(like) {
  if (!like)
    return;
  firstRow = queryBegin / like->queries.step;
  const std::int64_t rows = (queryEnd - 1) / like->queries.step - firstRow + 1;
  queriesSeen.resize(rows);
  cells.resize(rows * like->keys.cells());
}

/// A sum over queries, so that it does not depend on their order.
void Tally::note(std::int64_t query, std::uint64_t what) {
  counts.fingerprint += mixed(what ^ mixed(static_cast<std::uint64_t>(query)));
}

void Tally::addTiles(const std::vector<TileRun> &runs, std::int64_t weight) {
  for (const TileRun &run : runs) {
    const std::int64_t tiles = (run.end - run.begin + source.tileK - 1) / source.tileK;
    (run.full ? counts.fullTiles : counts.partialTiles) += tiles * weight;
    counts.keysRead += (run.end - run.begin) * weight;
  }
  counts.runs += static_cast<std::int64_t>(runs.size()) * weight;
  ++counts.rowsSeen;
}

void Tally::addQueries(std::int64_t begin, std::int64_t end, const std::vector<TileRun> &runs,
                       std::int64_t weight) {
  for (std::int64_t query = begin; like && query < end; ++query)
    queriesSeen[query / like->queries.step - firstRow] += weight;
  for (const TileRun &run : runs)
    run.full ? addFull(begin, end, run, weight) : addPartial(begin, end, run, weight);
}

void Tally::addFull(std::int64_t begin, std::int64_t end, const TileRun &run, std::int64_t weight) {
  counts.keptPairs += (end - begin) * (run.end - run.begin) * weight;
  counts.looksAhead |= run.end - 1 > begin + source.qStart;
  note(begin, mixed(static_cast<std::uint64_t>(run.begin)) + static_cast<std::uint64_t>(run.end));
  if (!like)
    return;
  const std::int64_t step = like->queries.step;
  for (std::int64_t query = begin; query < end;) {
    const std::int64_t next = std::min(end, (query / step + 1) * step);
    Cell *row = &cells[(query / step - firstRow) * like->keys.cells()];
    for (std::int64_t key = run.begin; key < run.end;) {
      const std::int64_t column = key / like->keys.step;
      const std::int64_t stop = std::min(run.end, like->keys.end(column));
      const std::int64_t pairs = (next - query) * (stop - key) * weight;
      row[column].kept += pairs;
      row[column].full += pairs;
      row[column].computed += pairs;
      key = stop;
    }
    query = next;
  }
}

void Tally::addPartial(std::int64_t begin, std::int64_t end, const TileRun &run,
                       std::int64_t weight) {
  const std::int64_t queries = end - begin;
  keep.resize(queries * std::min(chunk, run.end - run.begin));
  for (std::int64_t key = run.begin; key < run.end; key += chunk) {
    const std::int64_t keys = std::min(chunk, run.end - key);
    source.keep(plane, begin, queries, key, keys, keep.data());
    for (std::int64_t i = 0; i < queries; ++i)
      addKept(begin + i, key, &keep[i * keys], keys, weight);
  }
}

void Tally::addKept(std::int64_t query, std::int64_t key, const std::uint8_t *mask,
                    std::int64_t keys, std::int64_t weight) {
  note(query, mixed(static_cast<std::uint64_t>(key)) + hashOf(mask, keys));
  const std::int64_t ahead = std::max(key, query + source.qStart + 1);
  if (!counts.looksAhead && ahead < key + keys)
    counts.looksAhead = std::memchr(mask + (ahead - key), 1, key + keys - ahead) != nullptr;
  Cell *row = like ? &cells[(query / like->queries.step - firstRow) * like->keys.cells()] : nullptr;
  for (std::int64_t at = 0; at < keys;) {
    const std::int64_t column = like ? (key + at) / like->keys.step : 0;
    const std::int64_t stop = like ? std::min(keys, like->keys.end(column) - key) : keys;
    const std::int64_t kept = std::accumulate(mask + at, mask + stop, std::int64_t(0)) * weight;
    counts.keptPairs += kept;
    if (row) {
      row[column].kept += kept;
      row[column].computed += (stop - at) * weight;
    }
    at = stop;
  }
}

void Tally::addTo(Census &census, Grid *grid) const {
  census.keptPairs += counts.keptPairs;
  census.fullTiles += counts.fullTiles;
  census.partialTiles += counts.partialTiles;
  census.runs += counts.runs;
  census.keysRead += counts.keysRead;
  census.rowsSeen += counts.rowsSeen;
  census.looksAhead |= counts.looksAhead;
  census.fingerprint += counts.fingerprint;
  for (std::size_t row = 0; row < queriesSeen.size(); ++row) {
    const std::int64_t to = firstRow + static_cast<std::int64_t>(row);
    grid->queriesSeen[to] += queriesSeen[row];
    for (std::int64_t column = 0; column < grid->keys.cells(); ++column) {
      const Cell &from = cells[row * grid->keys.cells() + column];
      Cell &cell = grid->at(to, column);
      cell.kept += from.kept;
      cell.full += from.full;
      cell.computed += from.computed;
    }
  }
}
