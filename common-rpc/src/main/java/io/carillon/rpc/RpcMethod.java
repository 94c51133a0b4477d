package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * One method of a contract: what goes over the wire is {@code id}, never the name.
 *
 * @param id 1 to 65,535, unique over all contracts and never reused
 * @param name {@code service.method}, for metrics and errors
 * @param requests parses the request's body
 * @param answers parses the answer's body
 * @param idempotent may be asked again, also of another peer, when it is not known whether it was executed
 */
public record RpcMethod<Q extends MessageLite, A extends MessageLite>(
        int id, String name, Parser<Q> requests, Parser<A> answers, boolean idempotent) {
    public RpcMethod {
        if (id < 1 || id > 0xFFFF) {
            throw new IllegalArgumentException("method id of " + name + ": " + id + " (expected: 1 to 65535)");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
