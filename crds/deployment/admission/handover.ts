import { type AdmissionPolicy, definePolicy } from '../../admission/policy.ts';
import { written } from './rules.ts';

const adopts = (object: string) => `${object}.spec.?adopt.orValue(false)`;
const releases = (object: string) => `${object}.spec.?deletionPolicy.orValue('Delete') == 'Release'`;
/** Asked for now, and not before. */
const newly = (is: (object: string) => string) =>
  `(${is('object')} && (request.operation == 'CREATE' || !(${is('oldObject')})))`;
const mayDo = (verb: string) =>
  `authorizer.group('apps').resource('deployments').namespace(request.namespace).name(request.name).check('${verb}').allowed()`;
const lacking = (field: string, verb: string) =>
  `'user ' + request.userInfo.username + ' may not set ${field}: the operator would ${verb} the Deployment of apps/v1, for which this needs the verb ${verb} on deployments.apps in the namespace ' + request.namespace + '.'`;

/** The operator deletes and makes Deployments of `apps/v1` for whoever asks, so who asks must have the right to do it himself. */
export const handover: AdmissionPolicy = definePolicy(
  'mainstay-deployment-handover',
  'Whoever lets the operator take over a Deployment of apps/v1, or give pods back to one, must have the right to delete, or to create, it.',
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [written],
    },
    matchConditions: [{ name: 'hands-over', expression: `${adopts('object')} || ${releases('object')}` }],
    validations: [
      {
        expression: `!${newly(adopts)} || ${mayDo('delete')}`,
        message: 'spec.adopt needs the verb delete on deployments.apps',
        messageExpression: lacking('spec.adopt', 'delete'),
        reason: 'Forbidden',
      },
      {
        expression: `!${newly(releases)} || ${mayDo('create')}`,
        message: 'spec.deletionPolicy: Release needs the verb create on deployments.apps',
        messageExpression: lacking('spec.deletionPolicy: Release', 'create'),
        reason: 'Forbidden',
      },
    ],
  },
);
