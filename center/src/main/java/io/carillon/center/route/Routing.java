package io.carillon.center.route;

import io.carillon.contract.LookupResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A routing under way. Neither future fails; both are in the order of the entries.
 *
 * @param sightings where register saw the users
 * @param fates what became of the entries, after the sightings
 */
public record Routing(CompletableFuture<List<LookupResult>> sightings, CompletableFuture<List<RouteFate>> fates) {}
