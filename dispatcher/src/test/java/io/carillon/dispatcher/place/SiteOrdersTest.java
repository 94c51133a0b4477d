package io.carillon.dispatcher.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteOrdersTest {
    @Test
    void theMostParticularLineCounts() throws IOException {
        SiteOrders orders = SiteOrders.read("sites.csv", new StringReader("""
                        region,isp,sites
                        north,telecom,n-1|n-2
                        north,*,n-3 n-1
                        *,mobile,m-1
                        *,*,x-1
                        CN,*,cn-1
                        """));
        assertThat(orders.find(new Place("north", "telecom"))).containsExactly("n-1", "n-2");
        assertThat(orders.find(new Place("north", "other"))).containsExactly("n-3", "n-1");
        assertThat(orders.find(new Place("south", "mobile"))).containsExactly("m-1");
        assertThat(orders.find(new Place("CN-BJ", "mobile"))).containsExactly("cn-1");
        assertThat(orders.find(Place.UNKNOWN)).containsExactly("x-1");
        assertThat(SiteOrders.EMPTY.find(new Place("north", "telecom"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "north,telecom; sites.csv:2: 'north,telecom' has 2 fields (expected: region,isp,sites)",
                "north,,a; sites.csv:2: 'north,,a' has an empty field",
                "north,telecom,; sites.csv:2: 'north,telecom,' has an empty field",
                "*,*,b; sites.csv:2: '*,*' stands there already"
            })
    void aBadLineIsNamed(String line, String message) {
        assertThatThrownBy(() -> SiteOrders.read("sites.csv", new StringReader("*,*,a\n" + line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
