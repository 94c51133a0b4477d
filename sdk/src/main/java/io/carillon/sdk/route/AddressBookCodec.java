package io.carillon.sdk.route;

import io.carillon.sdk.link.RoomAddress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AddressBook} as bytes: lists, last good rooms and outcomes. Bans are times of a clock that begins anew, and
 * are left out.
 */
public final class AddressBookCodec {
    private static final int LAYOUT = 1;
    private static final int LIST_MAX = 64;

    private AddressBookCodec() {}

    public static byte[] write(AddressBook book) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(LAYOUT);
            out.writeByte(book.pages.size());
            for (Map.Entry<String, AddressBook.Page> entry : book.pages.entrySet()) {
                AddressBook.Page page = entry.getValue();
                out.writeUTF(entry.getKey());
                out.writeLong(page.srttMs);
                out.writeUTF(page.lastGoodRoom == null ? "" : page.lastGoodRoom.toString());
                out.writeByte(page.lastGoodList.size());
                for (RoomAddress room : page.lastGoodList) {
                    out.writeUTF(room.toString());
                }
                out.writeByte(page.histories.size());
                for (Map.Entry<RoomAddress, AddressBook.History> history : page.histories.entrySet()) {
                    out.writeUTF(history.getKey().toString());
                    out.writeByte(history.getValue().outcomes);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory that can't be written", e);
        }
        return bytes.toByteArray();
    }

    /** Fills an empty book; null and what can't be read leave it empty. */
    public static void read(byte @Nullable [] saved, AddressBook book) {
        if (saved == null) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(saved))) {
            if (in.readByte() != LAYOUT) {
                return;
            }
            int count = Math.min(AddressBook.NETWORKS_MAX, in.readUnsignedByte());
            for (int i = 0; i < count; i++) {
                String key = in.readUTF();
                book.pages.put(key, page(in));
            }
        } catch (IOException | IllegalArgumentException e) {
            book.pages.clear();
        }
    }

    private static AddressBook.Page page(DataInputStream in) throws IOException {
        AddressBook.Page page = new AddressBook.Page();
        page.srttMs = in.readLong();
        String room = in.readUTF();
        page.lastGoodRoom = room.isEmpty() ? null : RoomAddress.parse(room);
        page.lastGoodList = list(in);
        int histories = Math.min(LIST_MAX, in.readUnsignedByte());
        for (int i = 0; i < histories; i++) {
            RoomAddress address = RoomAddress.parse(in.readUTF());
            AddressBook.History history = new AddressBook.History();
            history.outcomes = in.readUnsignedByte();
            page.histories.put(address, history);
        }
        return page;
    }

    private static List<RoomAddress> list(DataInputStream in) throws IOException {
        int count = Math.min(LIST_MAX, in.readUnsignedByte());
        List<RoomAddress> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(RoomAddress.parse(in.readUTF()));
        }
        return list;
    }
}
