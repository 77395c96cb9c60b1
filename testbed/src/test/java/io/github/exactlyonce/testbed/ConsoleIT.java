package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.lettuce.core.SetArgs;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console in a real browser, on three replicas. */
@ExtendWith(SharedSystem.class)
class ConsoleIT {

    private static final String LANE = "document.querySelector('[data-replica=inventory-%d]')?.dataset.state === '%s'";
    private static final String HEARD_BY_ALL =
            "[...document.querySelectorAll('.lane .work')].every(did => did.textContent.match(/\\d+/g)"
                    + ".slice(0, 2).reduce((all, count) => all + Number(count), 0) >= %d)";
    private static final String CONNECTION = "document.getElementById('connection').textContent";

    private static Browser browser;

    @BeforeAll
    static void startTheBrowser() {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "Chromium is not installed, so nobody can look at the console");
        browser = Browser.start(program.get());
    }

    @AfterAll
    static void closeTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void watch(TestSystem system) {
        browser.resize(1280, 900);
        browser.open(system.orderService().uri().resolve("/"));
        IntStream.rangeClosed(1, TestSystem.REPLICAS).forEach(number -> browser.waitFor(lane(number, "alive")));
    }

    @Test
    void anOrderIsDoneInOneLaneAndSkippedInTheOthers(TestSystem system) {
        browser.evaluate("document.getElementById('quantity').focus()");
        browser.press("Enter");

        browser.waitFor("document.getElementById('place-status').textContent.includes(' placed in ')");
        String id = text("#place-status").split(" ")[0];
        String row = "[data-order=\"" + id + "\"]";
        browser.waitFor(told(row, 2, "inventory-\\d.*")); // the replicas tell in any order
        browser.waitFor(told(row, 3, "inventory-\\d, inventory-\\d"));
        String doneBy = text(row + " :nth-child(2)").split(" ")[0]; // or for another, if that one was late
        assertThat(system.redis().hget(RedisKeys.order(MAIN, id), "settledBy")).startsWith(doneBy + "/");
        assertThat(doneBy + text(row + " :nth-child(3)")).contains("inventory-1", "inventory-2", "inventory-3");
        browser.waitFor(isText("confirmed", "1"));
        browser.waitFor(isText("verdict", "Nothing lost, nothing repeated"));
        assertThat(browser.errors()).isEmpty();
        assertThat(browser.requests())
                .isNotEmpty()
                .allMatch(url -> url.startsWith(system.orderService().uri() + "/"));

        browser.evaluate("document.getElementById('cancel').click()");
        browser.waitFor(told(row, 2, ".*\\(returned the stock\\).*"));
        browser.waitFor(isText("cancelled", "1")); // it was decided twice, and is one order, which is shown
        assertThat(text("#sampling")).isEmpty();
    }

    @Test
    void theLaneOfAReplicaThatIsKilledGoesDarkAndTheOthersDoItsWork(TestSystem system) {
        system.replica(3).kill();
        browser.waitFor(lane(3, "dark"));
        // As if it had taken the order on before.
        system.redis().set(RedisKeys.lock(MAIN, "left-behind"), "inventory-3/x7", SetArgs.Builder.px(60_000));
        system.place(Order.of("left-behind", new OrderItem("001", 1)));

        browser.waitFor(told("[data-order=left-behind]", 2, "inventory-[12] \\(for another\\)"));
        browser.waitFor(isText("recovered", "1"));
        browser.waitFor(lane(1, "alive") + " && " + lane(2, "alive") + " && " + lane(3, "dark"));
    }

    @Test
    void aHundredOrdersAreEachCountedOnce(TestSystem system) {
        browser.evaluate("document.querySelector('button[value=\"100\"]').click()");

        browser.waitFor(isText("placed", "100"));
        browser.waitFor(isText("confirmed", "100"));
        browser.waitFor("document.getElementById('stock').textContent.includes('499,900')");
        browser.waitFor(isText("verdict", "Nothing lost, nothing repeated"));
        assertThat(text("#repeated")).isEqualTo("0");
        browser.waitFor(HEARD_BY_ALL.formatted(100));

        await().atMost(TestSystem.PATIENCE).until(() -> {
            system.redis().flushall(); // each time: a replica may audit what is left
            return browser.evaluate(isText("verdict", "The last audit does not count any more"))
                    .asBoolean();
        });
        assertThat(text("#repeated")).isEqualTo("–");
    }

    @Test
    void aDeadLetterIsReplayedByAClick(TestSystem system) {
        bury(system, "buried");
        browser.waitFor("document.querySelectorAll('#letters button').length === 1");

        browser.evaluate("document.querySelector('#letters button').click()");

        browser.waitFor("document.querySelectorAll('#letters li').length === 0");
        browser.waitFor(told("[data-order=buried]", 2, "inventory-\\d.*"));
        assertThat(system.redis().xlen(RedisKeys.deadLetters(MAIN))).isZero();
        browser.waitFor(isText("letters-status", "Replayed."));
        browser.evaluate("document.querySelector('#order .primary').click()");
        browser.waitFor(isText("confirmed", "2")); // so the page has been told since how many letters there are
        assertThat(text("#letters-status")).isEqualTo("Replayed.");
    }

    @Test
    void nothingHappensIsNotNothingIsHeard(TestSystem system) {
        browser.waitFor(CONNECTION + " === 'Connected, no orders just now'");

        IntStream.rangeClosed(1, TestSystem.REPLICAS)
                .forEach(number -> system.replica(number).pause());
        browser.waitFor(CONNECTION + " === 'Connected, no replica is heard'");
        IntStream.rangeClosed(1, TestSystem.REPLICAS)
                .forEach(number -> system.replica(number).resume());
        browser.waitFor(CONNECTION + " === 'Connected, no orders just now'");

        system.orderService().pause();
        browser.waitFor(CONNECTION + ".startsWith('Connection lost, trying again')");
        browser.waitFor(lane(1, "unknown"));

        system.orderService().resume();
        browser.waitFor(CONNECTION + " === 'Connected, no orders just now'");
        browser.waitFor(lane(1, "alive"));
    }

    @Test
    void aFeedThatIsRefusedIsNoLostConnection(TestSystem system) {
        browser.open(system.orderService().uri().resolve("/?warehouse=Berlin"));

        browser.waitFor(CONNECTION + ".startsWith('Invalid input, trying again')");
    }

    /** It is left out in all lanes or in none, or it would stand there as one that nobody did. */
    @Test
    void anOrderThatIsLeftOutInOneLaneIsLeftOutInTheOthers() {
        String shown = browser.evaluate("""
                        (async () => {
                          const { Lanes } = await import('/console/lanes.js');
                          const lanes = new Lanes(document.createElement('ol'));
                          const now = performance.now.bind(performance);
                          const tell = (replica, decision) => lanes.hear({ replica, run: replica, upMs: 0, queue: 0, seen: 200, totals: {},
                            decisions: Array.from({ length: 200 }, (_, i) => ({ id: `${i}`, decision, outcome: decision })) }, 1);
                          tell('r-1', 'processed');
                          const first = lanes.columns.length;
                          performance.now = () => now() + 1_000;
                          tell('r-2', 'skipped');
                          performance.now = now;
                          return (first < 200) + ' ' + (lanes.columns.length - first)
                            + ' ' + lanes.columns.every(column => column.marks.size === 2);
                        })()""").asString();

        assertThat(shown).isEqualTo("true 0 true");
    }

    /** Nor are they in the sample that is shown, though replicas draw it from the orders of all. */
    @Test
    void ordersOfOtherWarehousesAreNotShown() {
        String shown = browser.evaluate("""
                        (async () => {
                          const { Lanes } = await import('/console/lanes.js');
                          const of = warehouse => {
                            const lanes = new Lanes(document.createElement('ol'), warehouse);
                            const tell = (seen, ...decisions) => lanes.hear({ replica: 'r', run: 'r/1', upMs: 0, queue: 0, seen, totals: {},
                              decisions }, 1);
                            const told = tell(6, { id: '1', warehouse: 'berlin', decision: 'processed' },
                              { id: '1', decision: 'processed' }, { id: '2', decision: 'processed' });
                            const alone = tell(1, { id: '3', decision: 'processed' });
                            return [lanes.columns.map(column => column.key).join('+'), lanes.sampling().heard, told, alone,
                              lanes.hearsOthers].join(' ');
                          };
                          return of('berlin') + ', ' + of('main') + ', ' + of('paris');
                        })()""").asString();

        assertThat(shown).isEqualTo("1 2 true false true, 1+2+3 5 true true true,  0 false false true");
    }

    @Test
    void whatALaneDidCountsWhenItIsForgotten() {
        String counts = browser.evaluate("""
                        (async () => {
                          const { Lanes } = await import('/console/lanes.js');
                          const lanes = new Lanes(document.createElement('ol'));
                          const tell = recovered => lanes.hear({ replica: 'r', run: 'r/1', upMs: 0, queue: 0, seen: 0,
                            totals: { recovered }, decisions: [] }, 1);
                          const now = performance.now.bind(performance);
                          tell(2);
                          lanes.tick(true);
                          performance.now = () => now() + 130_000;
                          lanes.tick(true);
                          const gone = lanes.lanes.size + ' ' + lanes.recovered();
                          tell(3);
                          performance.now = now;
                          return gone + ', ' + lanes.lanes.size + ' ' + lanes.recovered();
                        })()""").asString();

        assertThat(counts).isEqualTo("0 2, 1 3");
    }

    /** On its own page, by a program of others. */
    @Test
    void theDocumentedApiIsShownWithoutAnotherHost(TestSystem system) {
        browser.open(system.orderService().uri().resolve("/docs"));

        browser.waitFor("document.querySelectorAll('.opblock').length === 6");
        browser.evaluate("document.querySelector('#operations-Orders-readOrder button').click()");
        browser.waitFor("document.querySelector('#operations-Orders-readOrder .responses-table') !== null");
        assertThat(browser.errors()).isEmpty();
        assertThat(browser.requests())
                .isNotEmpty()
                .allMatch(url -> url.startsWith(system.orderService().uri() + "/") || url.startsWith("data:"));
    }

    @Test
    void nothingIsWiderThanAPhone() {
        browser.resize(360, 740);

        browser.waitFor("innerWidth === 360");
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .isEqualTo(
                        browser.evaluate("document.documentElement.clientWidth").asInt());
    }

    /** The replicas ask nobody here: what a key may, this order service says before it asks them. */
    @Test
    void aPersonGivesAKeyAndIsToldWhatItMayNotAndGivesAnother(TestSystem system) {
        bury(system, "buried-too");
        ServiceProcess service = system.addOrderService(
                "order-service-with-keys",
                Map.of(
                        "SECURITY_MODE",
                        "api-keys",
                        "SECURITY_KEYS_READER",
                        "read:" + sha256("eo_read_1"),
                        "SECURITY_KEYS_OPERATOR",
                        "place+operate:" + sha256("eo_operate_2")));
        try {
            browser.open(service.uri().resolve("/"));
            browser.waitFor(CONNECTION + " === 'The service asks for a key'");

            giveKey("ключ");
            browser.waitFor(isText("key-status", "That is no key: those have only A to Z, a to z, digits and -._~+/="));
            giveKey("eo_unknown");
            browser.waitFor(isText("key-status", "This one is not known here, or not any more."));

            giveKey("eo_read_1");
            browser.waitFor(lane(1, "alive"));
            browser.waitFor("document.querySelectorAll('#letters button').length === 1");
            browser.evaluate("document.querySelector('#letters button').click()");
            browser.waitFor("document.getElementById('letters-status').textContent.includes('has not the role')");
            browser.evaluate("document.querySelector('#order .primary').click()");
            browser.waitFor("document.getElementById('place-status').textContent.includes('has not the role')");

            browser.evaluate("document.getElementById('another-key').click()");
            giveKey("Bearer eo_operate_2"); // as in a header
            browser.waitFor(CONNECTION + ".startsWith('Connected')");
            browser.evaluate("document.querySelector('#letters button').click()");
            browser.waitFor(told("[data-order=buried-too]", 2, "inventory-\\d.*"));
            browser.evaluate("document.querySelector('#order .primary').click()");
            browser.waitFor(isText("placed", "1"));
            browser.waitFor(isText("confirmed", "2"));
        } finally {
            service.stop();
        }
    }

    private static void giveKey(String key) {
        browser.evaluate("document.getElementById('key').value = '" + key + "'");
        browser.evaluate("document.querySelector('#key-form button').click()");
    }

    private static void bury(TestSystem system, String id) {
        String message = "{\"id\":\"" + id + "\",\"items\":[{\"id\":\"001\",\"quantity\":2}]}";
        Map<String, String> letter =
                Map.of("source", RedisKeys.ORDER_UPDATES, "reason", "could not be recorded", "payload", message);
        system.redis().xadd(RedisKeys.deadLetters(MAIN), letter);
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java without SHA-256", e);
        }
    }

    private static String lane(int number, String state) {
        return LANE.formatted(number, state);
    }

    /** Whether a cell of an order's row says what a regular expression does. @param cell counted from 1 */
    private static String told(String row, int cell, String text) {
        return "/^" + text + "$/.test(document.querySelector('" + row + " :nth-child(" + cell + ")')?.textContent)";
    }

    private static String isText(String id, String text) {
        return "document.getElementById('" + id + "').textContent === '" + text + "'";
    }

    private static String text(String selector) {
        return browser.evaluate("document.querySelector('" + selector + "').textContent")
                .asString();
    }
}
