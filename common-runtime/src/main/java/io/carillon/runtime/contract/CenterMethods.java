package io.carillon.runtime.contract;

import io.carillon.contract.DueRequest;
import io.carillon.contract.DueResponse;
import io.carillon.rpc.RpcMethod;

/** What center serves to other processes. */
public final class CenterMethods {
    public static final RpcMethod<DueRequest, DueResponse> DUE =
            new RpcMethod<>(0x0401, "center.due", DueRequest.parser(), DueResponse.parser(), true);

    private CenterMethods() {}
}
