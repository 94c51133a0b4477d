package io.carillon.runtime.contract;

import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.rpc.RpcMethod;

/** What coordinator serves. */
public final class CoordinatorMethods {
    public static final RpcMethod<UplinkRequest, UplinkResponse> UPLINK =
            new RpcMethod<>(0x0501, "coordinator.uplink", UplinkRequest.parser(), UplinkResponse.parser(), true);

    private CoordinatorMethods() {}
}
