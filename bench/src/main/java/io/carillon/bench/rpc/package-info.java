/** The RPC against grpc-java. */
@NullMarked
package io.carillon.bench.rpc;

import org.jspecify.annotations.NullMarked;
