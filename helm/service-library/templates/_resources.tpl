{{- /* All that both charts make; what a value switches off is empty. */}}
{{- define "service-library.resources" -}}
{{- range list "serviceaccount" "secret" "service" "deployment" "poddisruptionbudget" "horizontalpodautoscaler" "networkpolicy" "podmonitor" }}
{{- with include (printf "service-library.%s" .) $ }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "service-library.serviceaccount" -}}
{{- if .Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "service-library.serviceAccountName" . }}
  labels:
    {{- include "service-library.labels" . | nindent 4 }}
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}
{{- end }}

{{- define "service-library.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "service-library.fullname" . }}
  labels:
    {{- include "service-library.labels" . | nindent 4 }}
  {{- with .Values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .Values.service.type }}
  selector:
    {{- include "service-library.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
      appProtocol: http
{{- end }}

{{- define "service-library.poddisruptionbudget" -}}
{{- if .Values.podDisruptionBudget.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "service-library.fullname" . }}
  labels:
    {{- include "service-library.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .Values.podDisruptionBudget.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow # while Redis is away no pod is ready, and nodes must drain all the same
  selector:
    matchLabels:
      {{- include "service-library.selectorLabels" . | nindent 6 }}
{{- end -}}
{{- end }}

{{- define "service-library.horizontalpodautoscaler" -}}
{{- with .Values.autoscaling -}}
{{- if .enabled -}}
{{- if lt (int .maxReplicas) (int .minReplicas) -}}
{{- fail "autoscaling.maxReplicas must not be less than autoscaling.minReplicas." -}}
{{- end -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "service-library.fullname" $ }}
  labels:
    {{- include "service-library.labels" $ | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "service-library.fullname" $ }}
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .targetCPUUtilizationPercentage }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "service-library.networkpolicy" -}}
{{- with .Values.networkPolicy -}}
{{- if .enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "service-library.fullname" $ }}
  labels:
    {{- include "service-library.labels" $ | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "service-library.selectorLabels" $ | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  ingress:
    - ports:
        - port: http
      {{- with .httpFrom }}
      from:
        - podSelector: # this chart's own helm test and stock job
            matchLabels:
              {{- include "service-library.hookLabels" $ | nindent 14 }}
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- with .managementFrom }}
    - ports:
        - port: management
      from:
        {{- toYaml . | nindent 8 }}
    {{- end }}
  egress:
    - ports: # names
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
    - ports: # Redis
        {{- range (include "service-library.redis" $ | fromJson).ports }}
        - port: {{ . }}
        {{- end }}
    {{- with ($.Values.console).inventoryUrl }}
    - ports: # the inventory service, for the console
        - port: {{ regexFind ":[0-9]+(/|$)" . | trimPrefix ":" | trimSuffix "/" | default (hasPrefix "https" . | ternary "443" "80") }}
    {{- end }}
    {{- if eq $.Values.security.mode "jwt" }}
    - ports: # the issuer of the tokens, for its keys
        - port: {{ regexFind ":[0-9]+(/|$)" $.Values.security.jwt.issuerUri | trimPrefix ":" | trimSuffix "/" | default (hasPrefix "https" $.Values.security.jwt.issuerUri | ternary "443" "80") }}
    {{- end }}
    {{- if $.Values.tracing.endpoint }}
    - ports: # traces
        - port: {{ regexFind ":[0-9]+(/|$)" $.Values.tracing.endpoint | trimPrefix ":" | trimSuffix "/" | default (hasPrefix "https" $.Values.tracing.endpoint | ternary "443" "80") }}
    {{- end }}
    {{- if and $.Values.datadog.enabled $.Values.datadog.apiKeyExistingSecret }}
    - ports: # Datadog's API
        - port: 443
    {{- end }}
    {{- with .extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "service-library.podmonitor" -}}
{{- with .Values.podMonitor -}}
{{- if .enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ include "service-library.fullname" $ }}
  labels:
    {{- include "service-library.labels" $ | nindent 4 }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "service-library.selectorLabels" $ | nindent 6 }}
  podMetricsEndpoints:
    - port: management
      path: /actuator/prometheus
      interval: {{ .interval }}
{{- end -}}
{{- end -}}
{{- end }}
