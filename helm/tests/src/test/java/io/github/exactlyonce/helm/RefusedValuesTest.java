package io.github.exactlyonce.helm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot work is refused before anything is installed, and the message names the value. */
class RefusedValuesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    replicaCount: three                                  | at '/replicaCount': got string, want integer
                    replicaCount: 0                                      | at '/replicaCount': minimum: got 0, want 1
                    replicas: 3                                          | additional properties 'replicas' not allowed
                    image: {tag: 1.0}                                    | at '/image/tag': got number, want string
                    image: {tag: 'a b'}                                  | at '/image/tag'
                    image: {digest: abc}                                 | at '/image/digest'
                    image: {pullPolicy: Sometimes}                       | value must be one of 'Always', 'IfNotPresent', 'Never'
                    fullnameOverride: My_Orders                          | at '/fullnameOverride'
                    redis: {host: redis}                                 | at '/redis': additional properties 'host' not allowed
                    redis: {password: 1234}                              | at '/redis/password': got number, want string
                    redis: {sentinel: {nodes: ['sentinel']}}             | at '/redis/sentinel/nodes/0'
                    redis: {cluster: {nodes: 'a:1,b:2'}}                 | at '/redis/cluster/nodes': got string, want array
                    orders: {grace: 2}                                   | at '/orders/grace': got number, want string
                    orders: {grace: 2 s}                                 | at '/orders/grace'
                    service: {port: 70000}                               | at '/service/port': maximum: got 70,000, want 65,535
                    service: {type: ExternalName}                        | at '/service/type'
                    preStopSeconds: 0                                    | at '/preStopSeconds'
                    podDisruptionBudget: {maxUnavailable: 0}             | at '/podDisruptionBudget/maxUnavailable'
                    topologySpreadConstraints: [{maxSkew: 1}]            | missing properties 'topologyKey', 'whenUnsatisfiable'
                    logFormat: xml                                       | at '/logFormat': value must be one of 'json', 'text'
                    datadog: {enabled: true}                             | at '/datadog/env': minLength: got 0, want 1
                    datadog: {env: 'my prod'}                            | at '/datadog/env'
                    tracing: {endpoint: 'collector:4318'}                | at '/tracing/endpoint'
                    tracing: {probability: 2}                            | at '/tracing/probability': maximum: got 2, want 1
                    podMonitor: {interval: 30}                           | at '/podMonitor/interval': got number, want string
                    extraEnv: {A: b}                                     | at '/extraEnv': got object, want array
                    extraEnv: [{name: A, value: 1}]                      | at '/extraEnv/0/value': got number, want string
                    podLabels: {team: 7}                                 | at '/podLabels/team': got number, want string
                    hooks: {timeoutSeconds: 0}                           | at '/hooks/timeoutSeconds'
                    security: {mode: off}                                | at '/security/mode'
                    security: {mode: api-keys, keys: {shop: abc}}        | at '/security/keys/shop'
                    security: {mode: api-keys, keys: {web-shop: abc}}    | invalid propertyName 'web-shop'
                    security: {corsOrigins: ['*']}                       | at '/security/corsOrigins/0'
                    security: {requestsPerSecond: -1}                    | at '/security/requestsPerSecond': minimum: got -1, want 0
                    # what a schema cannot say, the templates say
                    redis: {url: 'redis://:s3cret@redis:6379'}           | redis.url must not hold a user or a password
                    redis: {url: 'redis://app@redis:6379'}               | redis.url must not hold a user or a password
                    redis: {url: 'http://redis'}                         | redis.url must look like redis://host:6379/0
                    redis: {url: 'redis:6379'}                           | redis.url must look like redis://host:6379/0
                    redis: {url: 'redis://redis/zero'}                   | redis.url must look like redis://host:6379/0
                    redis: {url: 'redis://redis?timeout=2s'}             | redis.url must look like redis://host:6379/0
                    redis: {url: ''}                                     | Set exactly one of redis.url, redis.sentinel and redis.cluster, not none
                    redis: {cluster: {nodes: ['a:1']}}                   | not url and cluster. For Sentinel or Cluster, set redis.url to ""
                    redis: {url: '', sentinel: {master: main}}           | redis.sentinel needs both
                    redis: {tls: {enabled: true}}                        | write rediss:// for TLS
                    redis: {tls: {existingSecret: ca}}                   | redis.tls.existingSecret is set and TLS is off
                    redis: {url: 'rediss://r', tls: {clientCertificate: true}} | redis.tls.clientCertificate needs redis.tls.existingSecret
                    redis: {password: a, existingSecret: b}              | Set either redis.existingSecret or the passwords themselves
                    redis: {sentinel: {existingSecretPasswordKey: a}}    | which is not set
                    redis: {url: 'redis://redis:99999'}                  | redis.url has no port from 1 to 65535
                    tracing: {endpoint: 'http://c:4318/v1/traces'}       | to which /v1/traces is added: write http://c:4318.
                    security: {mode: api-keys}                           | security.mode is api-keys, and there are none
                    security: {existingSecret: keys}                     | protect nothing unless security.mode is api-keys
                    security: {mode: jwt, jwt: {audience: orders}}       | set security.jwt.issuerUri and security.jwt.audience
                    security: {mode: jwt, jwt: {issuerUri: 'https://i'}} | set security.jwt.issuerUri and security.jwt.audience
                    extraEnv: [{name: ORDERS_GRACE, value: 3s}]          | extraEnv must not set ORDERS_GRACE
                    podLabels: {app.kubernetes.io/name: mine}            | podLabels must not set app.kubernetes.io/name
                    terminationGracePeriodSeconds: 15                    | terminationGracePeriodSeconds must be more than
                    autoscaling: {enabled: true, maxReplicas: 2}         | autoscaling.maxReplicas must not be less than autoscaling.minReplicas
                    """)
    void byBothCharts(String values, String message) {
        for (Chart chart : Chart.values()) {
            assertRefused(chart, values, message);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    inventory: {lockTtl: 5s}                             | additional properties 'lockTtl' not allowed
                    inventory: {retention: forever}                      | at '/inventory/retention'
                    inventory: {warehouses: [Berlin]}                    | at '/inventory/warehouses/0': 'Berlin' does not match pattern
                    inventory: {warehouses: []}                          | at '/inventory/warehouses': minItems: got 0, want 1
                    jobs: {maxAttempts: 0}                               | at '/jobs/maxAttempts': minimum: got 0, want 1
                    stock: {seed: {'001': -1}}                           | at '/stock/seed/001': minimum: got -1, want 0
                    stock: {seed: {'a b': 1}}                            | invalid propertyName 'a b'
                    keda: {minReplicas: 0}                               | at '/keda/minReplicas': minimum: got 0, want 1
                    keda: {enabled: true, maxReplicas: 2}                | keda.maxReplicas must not be less than keda.minReplicas
                    {keda: {enabled: true}, autoscaling: {enabled: true}} | Switch on either autoscaling or keda
                    ingress: {enabled: true}                             | additional properties 'ingress' not allowed
                    """)
    void byTheInventoryService(String values, String message) {
        assertRefused(Chart.INVENTORY_SERVICE, values, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    durability: {level: tape}                            | at '/durability/level': value must be one of 'memory', 'replica', 'disk'
                    durability: {timeout: 1}                             | at '/durability/timeout': got number, want string
                    durability: {replicas: 0}                            | at '/durability/replicas': minimum: got 0, want 1
                    console: {inventoryUrl: 'inventory:3002'}            | at '/console/inventoryUrl'
                    ingress: {hosts: ['https://orders.example.com']}     | at '/ingress/hosts/0'
                    ingress: {host: orders.example.com}                  | at '/ingress': additional properties 'host' not allowed
                    keda: {enabled: true}                                | additional properties 'keda' not allowed
                    """)
    void byTheOrderService(String values, String message) {
        assertRefused(Chart.ORDER_SERVICE, values, message);
    }

    private static void assertRefused(Chart chart, String values, String message) {
        assertThatThrownBy(() -> chart.render(values))
                .as("%s with %s", chart.chart, values)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }
}
