package io.carillon.runtime.contract;

import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.AppPutResponse;
import io.carillon.contract.BanLiftRequest;
import io.carillon.contract.BanLiftResponse;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.BroadcastChangeRequest;
import io.carillon.contract.BroadcastChangeResponse;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastGetRequest;
import io.carillon.contract.BroadcastGetResponse;
import io.carillon.contract.BroadcastLedgerRequest;
import io.carillon.contract.BroadcastLedgerResponse;
import io.carillon.contract.BroadcastListRequest;
import io.carillon.contract.BroadcastListResponse;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastPutResponse;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.ClaimRequest;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.DeadLettersReplayRequest;
import io.carillon.contract.DeadLettersReplayResponse;
import io.carillon.contract.DeadLettersRequest;
import io.carillon.contract.DeadLettersResponse;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.ForgetResponse;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.LabelsRequest;
import io.carillon.contract.LabelsResponse;
import io.carillon.contract.LedgerRequest;
import io.carillon.contract.LedgerResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.MailboxRequest;
import io.carillon.contract.MailboxResponse;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResponse;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.RecallResponse;
import io.carillon.contract.RequestCountsRequest;
import io.carillon.contract.RequestCountsResponse;
import io.carillon.contract.ResolveRequest;
import io.carillon.contract.ResolveResponse;
import io.carillon.contract.ScheduleDoneRequest;
import io.carillon.contract.ScheduleDoneResponse;
import io.carillon.contract.SchedulePutRequest;
import io.carillon.contract.SchedulePutResponse;
import io.carillon.contract.ScheduleTakeRequest;
import io.carillon.contract.ScheduleTakeResponse;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.contract.TaggedCountRequest;
import io.carillon.contract.TaggedCountResponse;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.rpc.RpcMethod;

/** What saver serves. */
public final class SaverMethods {
    public static final RpcMethod<PutRequest, PutResponse> PUT =
            new RpcMethod<>(0x0101, "saver.put", PutRequest.parser(), PutResponse.parser(), true);

    public static final RpcMethod<AckRequest, AckResponse> ACK =
            new RpcMethod<>(0x0102, "saver.ack", AckRequest.parser(), AckResponse.parser(), true);

    public static final RpcMethod<LoadRequest, LoadResponse> LOAD =
            new RpcMethod<>(0x0103, "saver.load", LoadRequest.parser(), LoadResponse.parser(), true);

    public static final RpcMethod<PendingRequest, PendingResponse> PENDING =
            new RpcMethod<>(0x0104, "saver.pending", PendingRequest.parser(), PendingResponse.parser(), true);

    public static final RpcMethod<MailboxRequest, MailboxResponse> MAILBOX =
            new RpcMethod<>(0x0105, "saver.mailbox", MailboxRequest.parser(), MailboxResponse.parser(), true);

    public static final RpcMethod<ForgetRequest, ForgetResponse> FORGET =
            new RpcMethod<>(0x0106, "saver.forget", ForgetRequest.parser(), ForgetResponse.parser(), true);

    public static final RpcMethod<MessageRequest, MessageResponse> MESSAGE =
            new RpcMethod<>(0x0107, "saver.message", MessageRequest.parser(), MessageResponse.parser(), true);

    public static final RpcMethod<RecallRequest, RecallResponse> RECALL =
            new RpcMethod<>(0x0108, "saver.recall", RecallRequest.parser(), RecallResponse.parser(), true);

    public static final RpcMethod<RequestCountsRequest, RequestCountsResponse> REQUEST_COUNTS = new RpcMethod<>(
            0x0109, "saver.request_counts", RequestCountsRequest.parser(), RequestCountsResponse.parser(), true);

    public static final RpcMethod<ClaimRequest, ClaimResponse> CLAIM =
            new RpcMethod<>(0x010A, "saver.claim", ClaimRequest.parser(), ClaimResponse.parser(), true);

    /** Between savers. */
    public static final RpcMethod<LedgerRequest, LedgerResponse> LEDGER =
            new RpcMethod<>(0x010B, "saver.ledger", LedgerRequest.parser(), LedgerResponse.parser(), true);

    public static final RpcMethod<UplinkPutRequest, UplinkPutResponse> UPLINK_PUT =
            new RpcMethod<>(0x0110, "saver.uplink_put", UplinkPutRequest.parser(), UplinkPutResponse.parser(), true);

    public static final RpcMethod<UplinkTakeRequest, UplinkTakeResponse> UPLINK_TAKE = new RpcMethod<>(
            0x0111, "saver.uplink_take", UplinkTakeRequest.parser(), UplinkTakeResponse.parser(), false);

    public static final RpcMethod<UplinkSettleRequest, UplinkSettleResponse> UPLINK_SETTLE = new RpcMethod<>(
            0x0112, "saver.uplink_settle", UplinkSettleRequest.parser(), UplinkSettleResponse.parser(), true);

    public static final RpcMethod<DeadLettersRequest, DeadLettersResponse> DEAD_LETTERS = new RpcMethod<>(
            0x0113, "saver.dead_letters", DeadLettersRequest.parser(), DeadLettersResponse.parser(), true);

    /** A repetition would do no harm, but tell another count. */
    public static final RpcMethod<DeadLettersReplayRequest, DeadLettersReplayResponse> DEAD_LETTERS_REPLAY =
            new RpcMethod<>(
                    0x0114,
                    "saver.dead_letters_replay",
                    DeadLettersReplayRequest.parser(),
                    DeadLettersReplayResponse.parser(),
                    false);

    public static final RpcMethod<SettingsRequest, SettingsResponse> SETTINGS =
            new RpcMethod<>(0x0120, "saver.settings", SettingsRequest.parser(), SettingsResponse.parser(), true);

    public static final RpcMethod<AppPutRequest, AppPutResponse> APP_PUT =
            new RpcMethod<>(0x0121, "saver.app_put", AppPutRequest.parser(), AppPutResponse.parser(), false);

    public static final RpcMethod<BroadcastPutRequest, BroadcastPutResponse> BROADCAST_PUT = new RpcMethod<>(
            0x0130, "saver.broadcast_put", BroadcastPutRequest.parser(), BroadcastPutResponse.parser(), true);

    public static final RpcMethod<BroadcastGetRequest, BroadcastGetResponse> BROADCAST_GET = new RpcMethod<>(
            0x0131, "saver.broadcast_get", BroadcastGetRequest.parser(), BroadcastGetResponse.parser(), true);

    public static final RpcMethod<BroadcastListRequest, BroadcastListResponse> BROADCAST_LIST = new RpcMethod<>(
            0x0132, "saver.broadcast_list", BroadcastListRequest.parser(), BroadcastListResponse.parser(), true);

    public static final RpcMethod<BroadcastChangeRequest, BroadcastChangeResponse> BROADCAST_CHANGE = new RpcMethod<>(
            0x0133, "saver.broadcast_change", BroadcastChangeRequest.parser(), BroadcastChangeResponse.parser(), true);

    public static final RpcMethod<BroadcastsRequest, BroadcastsResponse> BROADCASTS =
            new RpcMethod<>(0x0134, "saver.broadcasts", BroadcastsRequest.parser(), BroadcastsResponse.parser(), true);

    public static final RpcMethod<BroadcastCountsRequest, BroadcastCountsResponse> BROADCAST_COUNTS = new RpcMethod<>(
            0x0135, "saver.broadcast_counts", BroadcastCountsRequest.parser(), BroadcastCountsResponse.parser(), true);

    public static final RpcMethod<BroadcastTickRequest, BroadcastTickResponse> BROADCAST_TICK = new RpcMethod<>(
            0x0136, "saver.broadcast_tick", BroadcastTickRequest.parser(), BroadcastTickResponse.parser(), true);

    public static final RpcMethod<BroadcastLedgerRequest, BroadcastLedgerResponse> BROADCAST_LEDGER = new RpcMethod<>(
            0x0137, "saver.broadcast_ledger", BroadcastLedgerRequest.parser(), BroadcastLedgerResponse.parser(), true);

    public static final RpcMethod<LabelsChangeRequest, LabelsChangeResponse> LABELS_CHANGE = new RpcMethod<>(
            0x0140, "saver.labels_change", LabelsChangeRequest.parser(), LabelsChangeResponse.parser(), true);

    public static final RpcMethod<LabelsRequest, LabelsResponse> LABELS =
            new RpcMethod<>(0x0141, "saver.labels", LabelsRequest.parser(), LabelsResponse.parser(), true);

    public static final RpcMethod<ResolveRequest, ResolveResponse> RESOLVE =
            new RpcMethod<>(0x0142, "saver.resolve", ResolveRequest.parser(), ResolveResponse.parser(), true);

    public static final RpcMethod<TaggedCountRequest, TaggedCountResponse> TAGGED_COUNT = new RpcMethod<>(
            0x0143, "saver.tagged_count", TaggedCountRequest.parser(), TaggedCountResponse.parser(), true);

    public static final RpcMethod<SchedulePutRequest, SchedulePutResponse> SCHEDULE_PUT = new RpcMethod<>(
            0x0150, "saver.schedule_put", SchedulePutRequest.parser(), SchedulePutResponse.parser(), true);

    public static final RpcMethod<ScheduleTakeRequest, ScheduleTakeResponse> SCHEDULE_TAKE = new RpcMethod<>(
            0x0151, "saver.schedule_take", ScheduleTakeRequest.parser(), ScheduleTakeResponse.parser(), false);

    public static final RpcMethod<ScheduleDoneRequest, ScheduleDoneResponse> SCHEDULE_DONE = new RpcMethod<>(
            0x0152, "saver.schedule_done", ScheduleDoneRequest.parser(), ScheduleDoneResponse.parser(), true);

    public static final RpcMethod<BanPutRequest, BanPutResponse> BAN_PUT =
            new RpcMethod<>(0x0160, "saver.ban_put", BanPutRequest.parser(), BanPutResponse.parser(), true);

    /** A repetition would do no harm, but say that there was none. */
    public static final RpcMethod<BanLiftRequest, BanLiftResponse> BAN_LIFT =
            new RpcMethod<>(0x0161, "saver.ban_lift", BanLiftRequest.parser(), BanLiftResponse.parser(), false);

    public static final RpcMethod<BansRequest, BansResponse> BANS =
            new RpcMethod<>(0x0162, "saver.bans", BansRequest.parser(), BansResponse.parser(), true);

    public static final RpcMethod<PresencePutRequest, PresencePutResponse> PRESENCE_PUT = new RpcMethod<>(
            0x0170, "saver.presence_put", PresencePutRequest.parser(), PresencePutResponse.parser(), true);

    public static final RpcMethod<PresenceReportedRequest, PresenceReportedResponse> PRESENCE_REPORTED =
            new RpcMethod<>(
                    0x0171,
                    "saver.presence_reported",
                    PresenceReportedRequest.parser(),
                    PresenceReportedResponse.parser(),
                    true);

    private SaverMethods() {}
}
