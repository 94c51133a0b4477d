package io.carillon.runtime.contract;

import io.carillon.contract.AudienceCountRequest;
import io.carillon.contract.AudienceCountResponse;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastOrderResponse;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.contract.KickRequest;
import io.carillon.contract.KickResponse;
import io.carillon.contract.MoveRequest;
import io.carillon.contract.MoveResponse;
import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.ReplacedResponse;
import io.carillon.rpc.RpcMethod;

/** What room serves. */
public final class RoomMethods {
    public static final RpcMethod<DeliverRequest, DeliverResponse> DELIVER =
            new RpcMethod<>(0x0301, "room.deliver", DeliverRequest.parser(), DeliverResponse.parser(), false);

    public static final RpcMethod<ReplacedRequest, ReplacedResponse> REPLACED =
            new RpcMethod<>(0x0302, "room.replaced", ReplacedRequest.parser(), ReplacedResponse.parser(), true);

    public static final RpcMethod<BroadcastOrderRequest, BroadcastOrderResponse> BROADCAST_ORDER = new RpcMethod<>(
            0x0303, "room.broadcast_order", BroadcastOrderRequest.parser(), BroadcastOrderResponse.parser(), true);

    public static final RpcMethod<AudienceCountRequest, AudienceCountResponse> AUDIENCE_COUNT = new RpcMethod<>(
            0x0304, "room.audience_count", AudienceCountRequest.parser(), AudienceCountResponse.parser(), true);

    /** A repetition would do no harm, but find the binding gone. */
    public static final RpcMethod<KickRequest, KickResponse> KICK =
            new RpcMethod<>(0x0305, "room.kick", KickRequest.parser(), KickResponse.parser(), false);

    public static final RpcMethod<HeartbeatsRequest, HeartbeatsResponse> HEARTBEATS =
            new RpcMethod<>(0x0306, "room.heartbeats", HeartbeatsRequest.parser(), HeartbeatsResponse.parser(), true);

    /** A repeated order finds the first one's move. */
    public static final RpcMethod<MoveRequest, MoveResponse> MOVE =
            new RpcMethod<>(0x0308, "room.move", MoveRequest.parser(), MoveResponse.parser(), true);

    private RoomMethods() {}
}
