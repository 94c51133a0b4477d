package io.carillon.runtime.contract;

import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResponse;
import io.carillon.contract.UnregisterRequest;
import io.carillon.contract.UnregisterResponse;
import io.carillon.contract.WholenessRequest;
import io.carillon.contract.WholenessResponse;
import io.carillon.rpc.RpcMethod;

/** What register serves. */
public final class RegisterMethods {
    public static final RpcMethod<RegisterRequest, RegisterResponse> REGISTER =
            new RpcMethod<>(0x0201, "register.register", RegisterRequest.parser(), RegisterResponse.parser(), true);

    public static final RpcMethod<UnregisterRequest, UnregisterResponse> UNREGISTER = new RpcMethod<>(
            0x0202, "register.unregister", UnregisterRequest.parser(), UnregisterResponse.parser(), true);

    public static final RpcMethod<WholenessRequest, WholenessResponse> WHOLENESS =
            new RpcMethod<>(0x0203, "register.wholeness", WholenessRequest.parser(), WholenessResponse.parser(), true);

    public static final RpcMethod<LookupRequest, LookupResponse> LOOKUP =
            new RpcMethod<>(0x0204, "register.lookup", LookupRequest.parser(), LookupResponse.parser(), true);

    private RegisterMethods() {}
}
