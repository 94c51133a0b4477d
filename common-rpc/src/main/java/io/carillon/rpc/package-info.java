/**
 * The pipelined RPC between Carillon's processes: few connections between any two, many requests in flight on each,
 * answers in any order.
 */
@NullMarked
package io.carillon.rpc;

import org.jspecify.annotations.NullMarked;
