package io.carillon.saver.mailbox;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.Ack;
import io.carillon.contract.AckEntry;
import io.carillon.contract.AckKind;
import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.contract.StoredMessage;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.label.LoadTags;
import io.carillon.saver.layout.Body;
import io.carillon.saver.layout.MailboxRecord;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.rebuild.WarmOps;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Acks and loads: what rooms ask for their clients. Thread-safe; never blocks. */
public final class Deliveries {
    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);
    private static final int ID_BYTES = 16;

    private final WarmOps redis;
    private final MessageEvents events;
    private final Supplier<CompletableFuture<?>> strays;
    private final Predicate<String> receipts;
    private final LoadTags tags;

    /**
     * @param receipts whether an app wants to be told of acks: these go to the fate list, too
     * @param strays done as soon as what MySQL alone had taken, so far as is known here, is in Redis
     */
    public Deliveries(
            WarmOps redis,
            MessageEvents events,
            Supplier<CompletableFuture<?>> strays,
            Predicate<String> receipts,
            LoadTags tags) {
        this.redis = redis;
        this.events = events;
        this.strays = strays;
        this.receipts = receipts;
        this.tags = tags;
    }

    /** An entry that the stores did not take is not applied: it is to be sent again. */
    public CompletableFuture<AckResponse> ack(AckRequest request) {
        List<Op> ops = request.getEntriesList().stream().map(this::ackOp).toList();
        return redis.submit(ops).thenApply(replies -> {
            AckResponse.Builder response = AckResponse.newBuilder();
            for (int i = 0; i < replies.length; i++) {
                response.addApplied(replies[i].ok());
                if (replies[i].ok()) {
                    AckEntry entry = request.getEntries(i);
                    tell(entry.getApp(), entry.getUser(), entry.getAcksList(), replies[i].bytes(1), request.getRoom());
                }
            }
            return response.build();
        });
    }

    /** Acks are applied first, in the same step of the store. */
    public CompletableFuture<LoadResponse> load(LoadRequest request) {
        List<Op> ops = request.getEntriesList().stream().map(this::loadOp).toList();
        CompletableFuture<LoadTags.Found> tagged = tags.of(request);
        return strays.get().thenCompose(any -> redis.submit(ops)).thenCombine(tagged, (replies, found) -> {
            LoadResponse.Builder response = LoadResponse.newBuilder();
            for (int i = 0; i < replies.length; i++) {
                LoadEntry entry = request.getEntries(i);
                response.addResults(loaded(entry, replies[i], found, i));
                if (replies[i].ok()) {
                    tell(entry.getApp(), entry.getUser(), entry.getAcksList(), replies[i].bytes(1), request.getRoom());
                }
            }
            return response.build();
        });
    }

    private Op ackOp(AckEntry entry) {
        List<Object> args = new ArrayList<>(1 + 3 * entry.getAcksCount());
        args.add(UserKeys.encode(entry.getApp(), entry.getUser()));
        addAcks(args, entry.getAcksList(), receipts.test(entry.getApp()));
        return Op.of("A", Buckets.of(entry.getApp(), entry.getUser()), args.toArray());
    }

    private Op loadOp(LoadEntry entry) {
        List<Object> args = new ArrayList<>();
        args.add(UserKeys.encode(entry.getApp(), entry.getUser()));
        args.add(Integer.toUnsignedString(entry.getMessagesMax()));
        args.add(Integer.toUnsignedString(entry.getBytesMax()));
        args.add(entry.getAcksCount());
        args.add(entry.getUnansweredCount());
        args.add(entry.getInFlightCount());
        addAcks(args, entry.getAcksList(), receipts.test(entry.getApp()));
        args.addAll(entry.getUnansweredList());
        args.addAll(entry.getInFlightList());
        return Op.of("L", Buckets.of(entry.getApp(), entry.getUser()), args.toArray());
    }

    private static void addAcks(List<Object> args, List<Ack> acks, boolean receipts) {
        for (Ack ack : acks) {
            args.add(ack.getSeq());
            switch (ack.getKind()) {
                case ACK_KIND_LATER -> {
                    args.add(1);
                    args.add(Integer.toUnsignedString(ack.getLaterSeconds()));
                }
                case ACK_KIND_REFUSED -> {
                    args.add(2);
                    args.add(ack.getRefusedReason() & Integer.MAX_VALUE);
                }
                default -> {
                    args.add(receipts ? 3 : 0);
                    args.add(0);
                }
            }
        }
    }

    private static LoadResult loaded(LoadEntry entry, Reply reply, LoadTags.Found tags, int at) {
        if (!reply.ok()) {
            return LoadResult.getDefaultInstance();
        }
        LoadResult.Builder result = LoadResult.newBuilder()
                .setLoaded(true)
                .setMore(reply.number(2) == 1)
                .setOverflowed((int) reply.number(3));
        for (int i = 4; i + 2 < reply.size(); i += 3) {
            StoredMessage message = message(entry.getApp(), entry.getUser(), reply, i);
            if (message != null) {
                result.addMessages(message);
            }
        }
        tags.addTo(at, result);
        return result.build();
    }

    /** The message of three values: record, previous seq, body. Null where its body cannot be read. */
    static @org.jspecify.annotations.Nullable StoredMessage message(String app, String user, Reply reply, int at) {
        MailboxRecord record = MailboxRecord.parse(reply.bytes(at));
        try {
            return Body.parse(reply.bytes(at + 2))
                    .setSeq(record.seq())
                    .setPrevSeq(reply.number(at + 1))
                    .setMessageId(ByteString.copyFrom(record.id()))
                    .setLate(record.late())
                    .setExpiresAtMs(record.expiresAtMs())
                    .build();
        } catch (InvalidProtocolBufferException e) {
            log.error("stored body unreadable app={} user={} seq={}", app, user, record.seq(), e);
            return null;
        }
    }

    /** Refused ones are told when their fate is settled. */
    private void tell(String app, String user, List<Ack> acks, byte[] gone, String room) {
        for (int i = 0; i + ID_BYTES <= gone.length; i += ID_BYTES) {
            byte[] id = Arrays.copyOfRange(gone, i, i + ID_BYTES);
            ByteString wanted = ByteString.copyFrom(id);
            Ack ack = acks.stream()
                    .filter(one -> one.getMessageId().equals(wanted))
                    .findFirst()
                    .orElse(Ack.getDefaultInstance());
            if (ack.getKind() == AckKind.ACK_KIND_DONE) {
                events.onAcked(app, user, id, ack, room);
            }
        }
    }
}
