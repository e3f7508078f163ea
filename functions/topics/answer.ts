import type { DeploymentAnswer } from './on-deployment.ts';
import type { DeploymentEvent } from './request.ts';

/** Puts the answer where CloudFormation waits for it. @throws where it is not taken. */
export async function answerTo(event: DeploymentEvent, { reason, status }: DeploymentAnswer): Promise<void> {
  const body = JSON.stringify({
    Status: status,
    Reason: reason,
    // the same for ever: another one would make CloudFormation delete what stands behind the first
    PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  });
  // the address is signed for a request without a content type
  const answer = await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
  // the address itself is a secret for its hour
  if (!answer.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${answer.status}`);
}
