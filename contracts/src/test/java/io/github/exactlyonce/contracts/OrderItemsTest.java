package io.github.exactlyonce.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderItemsTest {

    private static final OrderItems ITEMS =
            OrderItems.of(new OrderItem("001", 2), new OrderItem("a:b@c~-._", 1_000_000_000));

    @Test
    void packedItemsComeBackAsTheyWere() {
        assertThat(ITEMS.packed()).isEqualTo("001=2,a:b@c~-._=1000000000");
        assertThat(OrderItems.unpack(ITEMS.packed())).isEqualTo(ITEMS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "001", "=2", "001=", "001=x", "001=2,,002=1"})
    void whatWasNotPackedIsRefused(String packed) {
        assertThatIllegalArgumentException().isThrownBy(() -> OrderItems.unpack(packed));
    }

    @Test
    void linesMayBeSplitAndOrderedDifferently() {
        OrderItems one = OrderItems.of(new OrderItem("001", 2), new OrderItem("002", 1), new OrderItem("001", 1));
        OrderItems other = OrderItems.of(new OrderItem("002", 1), new OrderItem("001", 3));

        assertThat(one.asksForTheSameAs(other)).isTrue();
        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void otherUnitsOrSkusAreAnotherWish() {
        OrderItems one = OrderItems.of(new OrderItem("001", 2));

        assertThat(one.asksForTheSameAs(OrderItems.of(new OrderItem("001", 3)))).isFalse();
        assertThat(one.asksForTheSameAs(OrderItems.of(new OrderItem("002", 2)))).isFalse();
        assertThat(one.asksForTheSameAs(OrderItems.of(new OrderItem("001", 2), new OrderItem("002", 1))))
                .isFalse();
    }

    @Test
    void sumsDoNotOverflow() {
        OrderItem most = new OrderItem("001", JsonInput.MAX_QUANTITY);

        assertThat(OrderItems.of(most, most, most, most, most)
                        .asksForTheSameAs(OrderItems.of(new OrderItem("001", 705_032_704))))
                .isFalse();
    }
}
