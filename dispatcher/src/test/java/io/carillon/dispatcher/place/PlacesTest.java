package io.carillon.dispatcher.place;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private static final Place CLAIMED = new Place("claimed-region", "claimed-isp");

    @Test
    void theTableDecidesAndTheClaimCountsWhereTheTableIsSilent() throws IOException {
        PrefixTable table =
                PrefixTable.read("p.csv", new StringReader("10.0.0.0/8,north,telecom\n11.0.0.0/8,south,\n"));
        Places places = new Places(table, MaxMindFiles.NONE, SiteOrders.EMPTY);
        assertThat(places.place(new byte[] {10, 0, 0, 1}, CLAIMED)).isEqualTo(new Place("north", "telecom"));
        assertThat(places.place(new byte[] {11, 0, 0, 1}, CLAIMED)).isEqualTo(new Place("south", "claimed-isp"));
        assertThat(places.place(new byte[] {12, 0, 0, 1}, CLAIMED)).isEqualTo(CLAIMED);
    }
}
