package io.carillon.room.delivery;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.PushExtension;
import java.io.IOException;

/** What the flags of a PUSH say of the extension that rides on it. */
public final class PushFlags {
    private PushFlags() {}

    /** EXTENSION where there is one, and NOTICE where it has one; looks at the fields' numbers only. */
    public static int of(ByteString extension) {
        if (extension.isEmpty()) {
            return 0;
        }
        return PushFrame.FLAG_EXTENSION | (hasNotice(extension) ? PushFrame.FLAG_NOTICE : 0);
    }

    private static boolean hasNotice(ByteString extension) {
        CodedInputStream fields = extension.newCodedInput();
        try {
            for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == PushExtension.NOTICE_FIELD_NUMBER) {
                    return true;
                }
                fields.skipField(tag);
            }
        } catch (IOException e) {
            // Not ours to repair: the client sees an extension that it can't read.
            return false;
        }
        return false;
    }
}
