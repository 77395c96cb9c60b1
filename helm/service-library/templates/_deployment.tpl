{{- define "service-library.deployment" -}}
{{- $shutdown := include (printf "%s.shutdownSeconds" .Chart.Name) . | int -}}
{{- $needed := add .Values.preStopSeconds $shutdown | int -}}
{{- if le (int .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds must be more than %d: preStopSeconds (%d), and %d that the service takes to end." $needed (int .Values.preStopSeconds) $shutdown) -}}
{{- end -}}
{{- $scaled := or .Values.autoscaling.enabled (dig "enabled" false (default dict .Values.keda)) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service-library.fullname" . }}
  labels:
    {{- include "service-library.labels" . | nindent 4 }}
    {{- with include "service-library.datadogLabels" . }}
    {{- . | nindent 4 }}
    {{- end }}
spec:
  {{- if not $scaled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "service-library.selectorLabels" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: # a new pod is ready before an old one goes
      maxUnavailable: 0
      maxSurge: 1
  template:
    metadata:
      labels:
        {{- include "service-library.podLabels" . | nindent 8 }}
      {{- with include "service-library.podAnnotations" . }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "service-library.serviceAccountName" . }}
      automountServiceAccountToken: false # neither service speaks to Kubernetes
      enableServiceLinks: false # a Service of another's named "jobs" must not become the setting JOBS_PORT
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      securityContext:
        {{- toYaml .Values.podSecurityContext | nindent 8 }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "service-library.image" . | quote }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ include (printf "%s.port" .Chart.Name) . }}
            - name: management
              containerPort: 8081
          env:
            {{- include "service-library.env" . | trim | nindent 12 }}
          {{- with include "service-library.envFrom" . | fromYamlArray }}
          envFrom:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          startupProbe: # a cold JVM on a busy node gets three minutes
            httpGet:
              path: /actuator/health/liveness
              port: management
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 90
          livenessProbe: # never asks Redis: restarting this pod would not bring it back
            httpGet:
              path: /actuator/health/liveness
              port: management
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe: # asks Redis, which has 2 s to answer
            httpGet:
              path: /actuator/health/readiness
              port: management
            periodSeconds: 5
            timeoutSeconds: 5
            failureThreshold: 2
          lifecycle:
            preStop: # until nobody sends new requests here; only then SIGTERM
              sleep:
                seconds: {{ .Values.preStopSeconds }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- if .Values.redis.tls.existingSecret }}
            - name: redis-tls
              mountPath: /etc/redis-tls
              readOnly: true
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: {}
        {{- with .Values.redis.tls.existingSecret }}
        - name: redis-tls
          secret:
            secretName: {{ . }}
            defaultMode: 288 # 0440
        {{- end }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "service-library.topologySpreadConstraints" . | fromYamlArray }}
      topologySpreadConstraints:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}

{{- /* By template hash: during a rolling update the old pods do not count. */}}
{{- define "service-library.topologySpreadConstraints" -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "service-library.selectorLabels" . | fromYaml)) "matchLabelKeys" (list "pod-template-hash") -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $constraints = append $constraints (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $own)) -}}
{{- end -}}
{{- toYaml $constraints -}}
{{- end }}

{{- /* The user's own win, but for those by which the Deployment and the Service find the pods. */}}
{{- define "service-library.podLabels" -}}
{{- $own := merge (include "service-library.labels" . | fromYaml) (include "service-library.datadogLabels" . | fromYaml) -}}
{{- range $name, $_ := include "service-library.selectorLabels" . | fromYaml -}}
{{- if hasKey $.Values.podLabels $name -}}
{{- fail (printf "podLabels must not set %s: the chart finds its pods by it." $name) -}}
{{- end -}}
{{- end -}}
{{- toYaml (mergeOverwrite $own .Values.podLabels) -}}
{{- end }}

{{- /* The user's own win. */}}
{{- define "service-library.podAnnotations" -}}
{{- $annotations := dict -}}
{{- with include "service-library.secret" . -}}
{{- $_ := set $annotations "checksum/secret" (sha256sum .) -}}
{{- end -}}
{{- if .Values.datadog.enabled -}}
{{- $_ := set $annotations (printf "ad.datadoghq.com/%s.logs" .Chart.Name) (list (dict "source" "java" "service" .Chart.Name) | toJson) -}}
{{- end -}}
{{- with mergeOverwrite $annotations .Values.podAnnotations -}}
{{- toYaml . -}}
{{- end -}}
{{- end }}

{{- define "service-library.env" -}}
{{- $own := include "service-library.ownEnv" . -}}
{{- $names := list -}}
{{- range fromYamlArray $own }}{{ $names = append $names .name }}{{ end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $names -}}
{{- fail (printf "extraEnv must not set %s: the chart sets it, from its other values." .name) -}}
{{- end -}}
{{- end -}}
{{- $own }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "service-library.ownEnv" -}}
- name: SERVER_ADDRESS
  value: 0.0.0.0
- name: MANAGEMENT_SERVER_ADDRESS
  value: 0.0.0.0
- name: MANAGEMENT_SERVER_PORT
  value: "8081"
- name: LOGGING_STRUCTURED_FORMAT_CONSOLE # the image says logstash
  value: {{ eq .Values.logFormat "json" | ternary "logstash" "" | quote }}
{{- include "service-library.security.env" . }}
{{- include "service-library.redis.env" . }}
{{ include (printf "%s.env" .Chart.Name) . }}
{{- with .Values.datadog }}
{{- if .enabled }}
- name: DD_ENV
  value: {{ .env | quote }}
- name: DD_SERVICE
  value: {{ $.Chart.Name | quote }}
- name: DD_VERSION
  value: {{ include "service-library.version" $ | quote }}
{{- if .apiKeyExistingSecret }}
- name: DD_SITE
  value: {{ .site | quote }}
- name: DD_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .apiKeyExistingSecret }}
      key: {{ .apiKeyExistingSecretKey }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.tracing }}
{{- if hasSuffix "/v1/traces" .endpoint }}
{{- fail (printf "tracing.endpoint is the collector's address, to which /v1/traces is added: write %s." (trimSuffix "/v1/traces" .endpoint)) }}
{{- end }}
{{- if .endpoint }}
- name: HOST_IP # for an agent on each node: http://$(HOST_IP):4318
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: MANAGEMENT_TRACING_SAMPLING_PROBABILITY
  value: {{ .probability | quote }}
{{- end }}
{{- end }}
{{- end }}
